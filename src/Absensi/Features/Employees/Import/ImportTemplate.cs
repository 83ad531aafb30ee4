using Absensi.Features.Exports;
using Absensi.Features.Errors;
using Absensi.Security;

namespace Absensi.Features.Employees.Import;

/// <summary>An empty file to fill in.</summary>
internal static class ImportTemplate
{
    private static readonly Column[] Columns = [new("Nama", 32), new("Email", 32), new("Peran", 12)];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/admin/karyawan/impor/templat", SendAsync)
        .RequireAuthorization(Policies.Admin).WithSummary("An empty file for the import of people, as CSV or XLSX");

    private static async Task SendAsync(HttpContext context)
    {
        var errors = new Dictionary<string, string[]>();
        if (Download.Format(context.Request.Query, errors) is not { } format)
        {
            await Download.InvalidAsync(context, ValidationFailure.Of(errors));
            return;
        }

        await Download.SendAsync(context, format, "templat-karyawan", (table, _) =>
        {
            table.Begin("Karyawan", Columns);
            return Task.CompletedTask;
        });
    }
}
