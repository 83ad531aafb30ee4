using Absensi.Features.Employees.Import;
using Absensi.Features.Errors;
using Absensi.Features.Exports;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Features.Employees;

/// <summary>The list as a file, with its filters. What was exported can be imported again.</summary>
public static class EmployeeExport
{
    private static readonly Column[] Columns = [new("ID", 8), new("Nama", 32), new("Email", 32), new("Peran", 12), new("Status", 12), new("Terdaftar", 12)];

    public static void MapEmployees(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/karyawan/export", SendAsync).RequireAuthorization(Policies.Admin).WithSummary("Everyone whom a filter lets through, as CSV or XLSX");
        ImportTemplate.Map(routes);
    }

    private static async Task SendAsync(HttpContext context, EmployeeList list, Database database)
    {
        var errors = new Dictionary<string, string[]>();
        var format = Download.Format(context.Request.Query, errors);
        var (filter, failure) = EmployeeFilter.Read(context.Request.Query);
        foreach (var (name, messages) in failure?.Errors ?? errors) errors[name] = messages;
        if (errors.Count > 0)
        {
            await Download.InvalidAsync(context, ValidationFailure.Of(errors));
            return;
        }

        await using var connection = await database.OpenAsync(context.RequestAborted);
        await Download.SendAsync(context, format!.Value, "karyawan", async (table, cancel) =>
        {
            table.Begin("Karyawan", Columns);
            await foreach (var person in list.AllAsync(connection, filter).WithCancellation(cancel))
            {
                table.Number(person.Id);
                table.Text(person.Name);
                table.Text(person.Email);
                table.Text(person.Role);
                table.Text(person.Active ? "aktif" : "nonaktif");
                table.Date(person.CreatedAt is { } added ? DateOnly.FromDateTime(added) : null);
                await table.EndRowAsync(cancel);
            }
        });
    }
}
