using Absensi.Core.Attendance;
using Absensi.Features.Recap;
using Absensi.Storage;

namespace Absensi.Features.History;

/// <summary>What a day of the calendar is.</summary>
public enum DayKind { Recorded, Weekend, Pending, Nothing }

/// <param name="Row">The day's attendance; null unless it is <see cref="DayKind.Recorded"/>.</param>
public sealed record CalendarDay(DateOnly Date, DayKind Kind, AttendanceRow? Row);

/// <summary>One person's month, every day of it in order.</summary>
/// <param name="Month">Its first day.</param>
/// <param name="Today">By the database's clock, in the work rules' zone.</param>
public sealed record PersonMonth(long UserId, string Name, DateOnly Month, DateOnly Today, IReadOnlyList<CalendarDay> Days)
{
    private IEnumerable<AttendanceRow> Rows => Days.Where(d => d.Row is not null).Select(d => d.Row!);
    public int Present => Rows.Count(r => r.JamMasuk is not null);
    public int Late => Rows.Count(r => r.Status == nameof(AttendanceStatus.Terlambat));
    public int Absent => Rows.Count(r => r.Status == nameof(AttendanceStatus.Alpha));

    /// <summary>Of the days with both taps.</summary>
    public int WorkedMinutes => Rows.Sum(r => r.DurationMinutes ?? 0);
    public DateOnly Last => Month.AddMonths(1).AddDays(-1);
    public string Url(DateOnly month) => UrlOf(UserId, month);

    public static string UrlOf(long userId, DateOnly month) => $"/riwayat/kalender?karyawan={userId}&bulan={RecapMonth.Text(month)}";
}

/// <summary>A person's month, by the index on person and date.</summary>
public sealed class CalendarQuery(Database database, WorkRules rules)
{
    /// <returns>Null when there is no such person.</returns>
    public async Task<PersonMonth?> OfAsync(long userId, DateOnly month, DateOnly today, CancellationToken cancel)
    {
        var last = month.AddMonths(1).AddDays(-1);
        var rows = await database.QueryAsync<AttendanceRow>(
            $"""
             SELECT u.name AS user_name, {AttendanceRow.Columns}
             FROM users u LEFT JOIN attendances a ON a.user_id = u.id AND a.date BETWEEN @month AND @last WHERE u.id = @userId
             """, new { userId, month, last }, cancel);
        if (rows.Count == 0) return null;
        var byDate = rows.Where(r => r.Date is not null).ToDictionary(r => r.Date!.Value);
        var days = Enumerable.Range(0, last.Day).Select(i => month.AddDays(i)).Select(date => new CalendarDay(date, Kind(date, today, byDate.ContainsKey(date)), byDate.GetValueOrDefault(date)));
        return new PersonMonth(userId, rows[0].UserName, month, today, days.ToList());
    }

    private DayKind Kind(DateOnly date, DateOnly today, bool recorded) =>
        recorded ? DayKind.Recorded : !rules.IsWorkday(date) ? DayKind.Weekend : date >= today ? DayKind.Pending : DayKind.Nothing;
}
