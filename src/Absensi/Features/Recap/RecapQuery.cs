using Absensi.Core.Attendance;
using Absensi.Storage;

namespace Absensi.Features.Recap;

/// <summary>One person's month. Days present include late ones; worked minutes are of days with both taps.</summary>
public sealed class PersonRecap
{
    public long UserId { get; init; }
    public string Name { get; init; } = "";
    public long Present { get; init; }
    public long Late { get; init; }
    public long Absent { get; init; }

    /// <summary>Days that have ended with a clock-in and no clock-out.</summary>
    public long NotOut { get; init; }
    public long WorkedMinutes { get; init; }
    internal long ArrivalSeconds { get; init; }

    /// <summary>The mean time of day of the clock-ins, to the second; null without any.</summary>
    public TimeOnly? AverageArrival => Present == 0 ? null : new TimeOnly(TimeSpan.TicksPerSecond * (ArrivalSeconds / Present));
}

/// <summary>One day of everyone's, counted the same way.</summary>
public sealed class DayRecap
{
    public DateOnly? Date { get; init; }
    public long Present { get; init; }
    public long Late { get; init; }
    public long Absent { get; init; }
    public long WorkedMinutes { get; init; }
}

/// <param name="Month">Its first day.</param>
/// <param name="Until">The day up to which it tells: the month's last, or today; before the first when nothing of it has been yet.</param>
/// <param name="People">Those who had a row in the month or were due to: by name.</param>
/// <param name="Days">Those with any row, in order.</param>
public sealed record MonthRecap(DateOnly Month, DateOnly Until, IReadOnlyList<PersonRecap> People, IReadOnlyList<DayRecap> Days)
{
    public long Present => People.Sum(p => p.Present);
    public long Late => People.Sum(p => p.Late);
    public long Absent => People.Sum(p => p.Absent);
    public long WorkedMinutes => People.Sum(p => p.WorkedMinutes);
    public TimeOnly? AverageArrival => Present == 0 ? null : new TimeOnly(TimeSpan.TicksPerSecond * (People.Sum(p => p.ArrivalSeconds) / Present));
}

/// <summary>The month in numbers. Only its own days are read, however long the history before it is.</summary>
public sealed class RecapQuery(Database database, WorkRules rules)
{
    private const string Counts =
        """
        COUNT(a.jam_masuk) AS present,
        COUNT(CASE WHEN a.status = 'Terlambat' THEN 1 END) AS late,
        COUNT(CASE WHEN a.status = 'Alpha' THEN 1 END) AS absent,
        CAST(COALESCE(SUM(a.duration_minutes), 0) AS SIGNED) AS worked_minutes
        """;

    // The time's own digits: the one spelling both databases have in common.
    private const string ArrivalSeconds =
        "CAST(COALESCE(SUM(SUBSTR(a.jam_masuk, 12, 2) * 3600 + SUBSTR(a.jam_masuk, 15, 2) * 60 + SUBSTR(a.jam_masuk, 18, 2)), 0) AS SIGNED)";

    /// <summary>Today by the database's clock, in the work rules' zone.</summary>
    public async Task<DateOnly> TodayAsync(CancellationToken cancel) => DateOnly.FromDateTime(rules.LocalTime(await database.UtcNowAsync(cancel)));

    public async Task<MonthRecap> OfAsync(DateOnly month, DateOnly today, CancellationToken cancel)
    {
        var last = month.AddDays(DateTime.DaysInMonth(month.Year, month.Month) - 1);
        var span = new { first = month, last, today, after = last.AddDays(1) };
        // "+ 0" keeps the grouping off the index by person, which would be read from end to end for it.
        var people = await database.QueryAsync<PersonRecap>(
            $"""
             SELECT u.id AS user_id, u.name, COALESCE(r.present, 0) AS present, COALESCE(r.late, 0) AS late, COALESCE(r.absent, 0) AS absent,
                    COALESCE(r.not_out, 0) AS not_out, COALESCE(r.worked_minutes, 0) AS worked_minutes, COALESCE(r.arrival_seconds, 0) AS arrival_seconds
             FROM users u LEFT JOIN (
                 SELECT a.user_id + 0 AS person, {Counts}, {ArrivalSeconds} AS arrival_seconds,
                        COUNT(CASE WHEN a.jam_masuk IS NOT NULL AND a.jam_pulang IS NULL AND a.date < @today THEN 1 END) AS not_out
                 FROM attendances a WHERE a.date BETWEEN @first AND @last GROUP BY a.user_id + 0
             ) r ON r.person = u.id
             WHERE r.person IS NOT NULL OR (u.role = 'karyawan' AND u.active = 1 AND (u.created_at IS NULL OR u.created_at < @after))
             """, span, cancel);
        var days = await database.QueryAsync<DayRecap>($"SELECT a.date, {Counts} FROM attendances a WHERE a.date BETWEEN @first AND @last GROUP BY a.date ORDER BY a.date", span, cancel);
        var byName = people.OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.UserId).ToList();
        return new MonthRecap(month, today < last ? today : last, byName, days);
    }
}
