using Absensi.Features.Errors;
using Absensi.Features.Exports;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Features.History;

/// <summary>The list as a file: every row of a filter, read and written one by one.</summary>
public static class HistoryExport
{
    private static readonly Column[] Columns =
    [
        new("Tanggal", 12), new("ID Karyawan", 12), new("Nama", 28), new("Jam Masuk", 11), new("Jam Pulang", 11), new("Status", 11), new("Durasi (menit)", 14), new("Node", 14),
        new("Latitude Masuk", 15), new("Longitude Masuk", 15), new("Latitude Pulang", 15), new("Longitude Pulang", 15),
    ];

    public static void MapHistory(this IEndpointRouteBuilder routes) => routes.MapGet("/riwayat/export", SendAsync)
        .RequireAuthorization(Policies.ReadAttendance)
        .WithSummary("Every row of a filter as CSV or XLSX: an admin's are everyone's, an employee's their own");

    private static async Task SendAsync(HttpContext context, Database database)
    {
        var errors = new Dictionary<string, string[]>();
        var format = Download.Format(context.Request.Query, errors);
        var (filter, failure) = HistoryFilter.Read(context.Request.Query);
        foreach (var (name, messages) in failure?.Errors ?? errors) errors[name] = messages;
        if (errors.Count > 0)
        {
            await Download.InvalidAsync(context, ValidationFailure.Of(errors));
            return;
        }

        var gone = context.RequestAborted;
        var scope = await HistoryScope.OfAsync(filter, context.User.IsInRole(Roles.Admin) ? null : context.User.Id(), database, gone);
        await using var connection = await database.OpenAsync(gone);
        await using var row = await RowReader.QueryAsync(connection, Sql(scope, database.Dialect), scope.Parameters, gone);
        await Download.SendAsync(context, format!.Value, FileName(filter), async (table, cancel) =>
        {
            table.Begin("Riwayat", Columns);
            while (await row.ReadAsync(cancel))
            {
                table.Date(row.Date(0));
                table.Number(row.Integer(1));
                table.Text(row.Text(2));
                table.Time(row.Time(3));
                table.Time(row.Time(4));
                table.Text(row.Text(5));
                table.Number(row.Integer(6));
                table.Text(row.Text(7));
                for (var i = 8; i < Columns.Length; i++) table.Number(row.Real(i));
                await table.EndRowAsync(cancel);
            }
        });
    }

    private static string Sql(HistoryScope scope, Dialect dialect)
    {
        var where = scope.Walk;
        if (scope.People is []) where += " AND 1 = 0";
        else if (scope.People is { } people)
        {
            where += " AND a.user_id IN @people";
            scope.Parameters.Add("people", people);
        }

        // Behind a CASE the tests stay tests, and no planner walks another way because of them.
        if (scope.Tests is { } tests) where += $" AND CASE WHEN {tests} THEN 1 ELSE 0 END = 1";
        return $"""
                SELECT a.date, a.user_id, u.name, a.jam_masuk, a.jam_pulang, a.status, a.duration_minutes, a.node_id,
                       a.latitude_masuk, a.longitude_masuk, a.latitude_pulang, a.longitude_pulang
                FROM attendances a {scope.Along(dialect)} LEFT JOIN users u ON u.id = a.user_id WHERE {where} ORDER BY a.date DESC, a.id DESC
                """;
    }

    private static string FileName(HistoryFilter filter) => (filter.From, filter.To) switch
    {
        ({ } from, { } to) => $"riwayat-{from:yyyy-MM-dd}-sampai-{to:yyyy-MM-dd}",
        ({ } from, null) => $"riwayat-dari-{from:yyyy-MM-dd}",
        (null, { } to) => $"riwayat-sampai-{to:yyyy-MM-dd}",
        _ => "riwayat",
    };
}
