using Absensi.Features.Errors;
using Absensi.Features.Exports;
using Absensi.Security;

namespace Absensi.Features.Recap;

/// <summary>The recap as a file: by person, or with <c>per=hari</c> by day; a workbook has both.</summary>
public static class RecapExport
{
    private static readonly Column[] PersonColumns =
    [
        new("ID Karyawan", 12), new("Nama", 32), new("Hari Masuk", 12), new("Terlambat", 11), new("Alpha", 9), new("Tanpa Pulang", 13),
        new("Menit Kerja", 12), new("Rata-rata Masuk", 16),
    ];

    private static readonly Column[] DayColumns = [new("Tanggal", 12), new("Masuk", 9), new("Terlambat", 11), new("Alpha", 9), new("Menit Kerja", 12)];

    public static void MapRecap(this IEndpointRouteBuilder routes) => routes.MapGet("/rekap/export", SendAsync)
        .RequireAuthorization(Policies.ReadEveryone).WithSummary("The month's recap as CSV or XLSX");

    private static async Task SendAsync(HttpContext context, RecapQuery query)
    {
        var gone = context.RequestAborted;
        var today = await query.TodayAsync(gone);
        var errors = new Dictionary<string, string[]>();
        var format = Download.Format(context.Request.Query, errors);
        var byDay = context.Request.Query["per"].ToString() == "hari";
        if (!byDay && context.Request.Query.ContainsKey("per")) errors["per"] = ["The per must be hari, or be left out."];
        var (month, failure) = RecapMonth.Read(context.Request.Query, today);
        foreach (var (name, messages) in failure?.Errors ?? errors) errors[name] = messages;
        if (errors.Count > 0)
        {
            await Download.InvalidAsync(context, ValidationFailure.Of(errors));
            return;
        }

        var recap = await query.OfAsync(month, today, gone);
        byDay &= format == ExportFormat.Csv;
        await Download.SendAsync(context, format!.Value, $"rekap-{RecapMonth.Text(month)}{(byDay ? "-per-hari" : "")}", async (table, cancel) =>
        {
            if (!byDay) await WritePeopleAsync(table, recap, cancel);
            if (byDay || format == ExportFormat.Xlsx) await WriteDaysAsync(table, recap, cancel);
        });
    }

    private static async Task WritePeopleAsync(TableWriter table, MonthRecap recap, CancellationToken cancel)
    {
        table.Begin("Per karyawan", PersonColumns);
        foreach (var person in recap.People)
        {
            table.Number(person.UserId);
            table.Text(person.Name);
            table.Number(person.Present);
            table.Number(person.Late);
            table.Number(person.Absent);
            table.Number(person.NotOut);
            table.Number(person.WorkedMinutes);
            table.Time(person.AverageArrival);
            await table.EndRowAsync(cancel);
        }
    }

    private static async Task WriteDaysAsync(TableWriter table, MonthRecap recap, CancellationToken cancel)
    {
        table.Begin("Per hari", DayColumns);
        foreach (var day in recap.Days)
        {
            table.Date(day.Date);
            table.Number(day.Present);
            table.Number(day.Late);
            table.Number(day.Absent);
            table.Number(day.WorkedMinutes);
            await table.EndRowAsync(cancel);
        }
    }
}
