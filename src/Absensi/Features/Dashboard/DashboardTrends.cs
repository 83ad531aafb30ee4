using Absensi.Core.Attendance;
using Absensi.Storage;

namespace Absensi.Features.Dashboard;

/// <summary>One day's counts; the late are among the present.</summary>
public sealed record DayCount(DateOnly Date, long Present, long Late, long Absent);

/// <summary>Arrivals within five minutes from <see cref="Minute"/> of the day.</summary>
public sealed record Arrivals(int Minute, double Count, double Late);

public sealed record Absentee(long Id, string Name);

public sealed record Latecomer(long Id, long UserId, string Name, string Time);

/// <summary>What surrounds the four numbers: the days before, today's arrivals beside the usual ones, and who is missing.</summary>
/// <param name="Days">The last 30 days, oldest first, today last.</param>
public sealed record Trends(
    IReadOnlyList<DayCount> Days, long Employees, IReadOnlyList<Arrivals> Today, IReadOnlyList<Arrivals> Usual, IReadOnlyList<Absentee> Missing, IReadOnlyList<Latecomer> Late)
{
    private IReadOnlyList<DayCount> Past => [.. Days.SkipLast(1).Where(d => d.Present > 0)];

    /// <summary>Whole per cent of those expected who came, over the days before today; null when there were none.</summary>
    public int? UsualRate => Past.Count == 0 ? null : (int)Math.Round(100.0 * Past.Sum(d => d.Present) / Past.Sum(d => d.Present + d.Absent));

    /// <summary>Whole per cent of those who came that came late, over the same days.</summary>
    public int? UsualLateness => Past.Count == 0 ? null : (int)Math.Round(100.0 * Past.Sum(d => d.Late) / Past.Sum(d => d.Present));
}

public sealed class DashboardTrends(Database database)
{
    public const int BucketMinutes = 5;
    private const int Listed = 100, UsualDays = 28, TrendDays = 30;
    private static readonly TimeSpan PastKept = TimeSpan.FromMinutes(5);

    private Past? _past;

    public async Task<Trends> ReadAsync(DateOnly today, CancellationToken cancel)
    {
        // Days that are over hardly change and are many: one answer serves everyone for a while.
        if (_past is not { } past || past.Today != today || Environment.TickCount64 - past.ReadAt > PastKept.TotalMilliseconds)
            _past = past = new Past(today, Environment.TickCount64, await DaysAsync(today.AddDays(1 - TrendDays), today.AddDays(-1), cancel), await UsualAsync(today, cancel));

        var now = (await DaysAsync(today, today, cancel)).FirstOrDefault() ?? new DayCount(today, 0, 0, 0);
        var days = Enumerable.Range(1 - TrendDays, TrendDays - 1).Select(today.AddDays).Select(d => past.Days.FirstOrDefault(p => p.Date == d) ?? new DayCount(d, 0, 0, 0));
        return new Trends(
            [.. days, now], await EmployeesAsync(cancel), await ArrivalsAsync(today, today, 1, cancel), past.Usual, await MissingAsync(today, cancel), await LateAsync(today, cancel));
    }

    private async Task<IReadOnlyList<DayCount>> DaysAsync(DateOnly from, DateOnly to, CancellationToken cancel)
    {
        var rows = await database.QueryAsync<DayRow>(
            """
            SELECT date, SUM(CASE WHEN status = 'Alpha' THEN 0 ELSE 1 END) AS present, SUM(CASE WHEN status = 'Terlambat' THEN 1 ELSE 0 END) AS late,
                   SUM(CASE WHEN status = 'Alpha' THEN 1 ELSE 0 END) AS absent
            FROM attendances WHERE status IN ('Hadir', 'Terlambat', 'Alpha') AND date BETWEEN @from AND @to GROUP BY date
            """, new { from, to }, cancel);
        return [.. rows.Select(r => new DayCount(r.Date, r.Present, r.Late, r.Absent))];
    }

    private async Task<IReadOnlyList<Arrivals>> UsualAsync(DateOnly today, CancellationToken cancel)
    {
        var (from, to) = (today.AddDays(-UsualDays), today.AddDays(-1));
        var days = await database.FirstAsync<int>("SELECT COUNT(DISTINCT date) FROM attendances WHERE date BETWEEN @from AND @to AND jam_masuk IS NOT NULL", new { from, to }, cancel);
        return days == 0 ? [] : await ArrivalsAsync(from, to, days, cancel);
    }

    private async Task<IReadOnlyList<Arrivals>> ArrivalsAsync(DateOnly from, DateOnly to, int days, CancellationToken cancel)
    {
        var minutes = await database.QueryAsync<MinuteRow>(
            """
            SELECT SUBSTR(jam_masuk, 12, 5) AS minute, COUNT(*) AS arrived, SUM(CASE WHEN status = 'Terlambat' THEN 1 ELSE 0 END) AS late
            FROM attendances WHERE date BETWEEN @from AND @to AND jam_masuk IS NOT NULL GROUP BY SUBSTR(jam_masuk, 12, 5)
            """, new { from, to }, cancel);
        return
        [
            .. minutes.GroupBy(m => (int)TimeOnly.Parse(m.Minute, System.Globalization.CultureInfo.InvariantCulture).ToTimeSpan().TotalMinutes / BucketMinutes * BucketMinutes)
                .OrderBy(g => g.Key)
                .Select(g => new Arrivals(g.Key, Math.Round((double)g.Sum(m => m.Arrived) / days, 2), Math.Round((double)g.Sum(m => m.Late) / days, 2))),
        ];
    }

    private Task<long> EmployeesAsync(CancellationToken cancel) =>
        database.FirstAsync<long>("SELECT COUNT(*) FROM users WHERE role = 'karyawan' AND active = 1", null, cancel);

    private async Task<IReadOnlyList<Absentee>> MissingAsync(DateOnly today, CancellationToken cancel) =>
    [
        .. (await database.QueryAsync<PersonRow>(
            $"""
             SELECT u.id, u.name FROM users u LEFT JOIN attendances a ON a.user_id = u.id AND a.date = @today
             WHERE u.role = 'karyawan' AND u.active = 1 AND a.jam_masuk IS NULL ORDER BY u.name LIMIT {Listed}
             """, new { today }, cancel)).Select(r => new Absentee(r.Id, r.Name)),
    ];

    private async Task<IReadOnlyList<Latecomer>> LateAsync(DateOnly today, CancellationToken cancel) =>
    [
        .. (await database.QueryAsync<PersonRow>(
            $"""
             SELECT a.id, a.user_id, u.name, SUBSTR(a.jam_masuk, 12, 5) AS time FROM attendances a JOIN users u ON u.id = a.user_id
             WHERE a.date = @today AND a.status = 'Terlambat' ORDER BY a.jam_masuk DESC LIMIT {Listed}
             """, new { today }, cancel)).Select(r => new Latecomer(r.Id, r.UserId, r.Name, r.Time.Replace(':', '.'))),
    ];

    private sealed record Past(DateOnly Today, long ReadAt, IReadOnlyList<DayCount> Days, IReadOnlyList<Arrivals> Usual);

    private sealed class DayRow
    {
        public DateOnly Date { get; init; }
        public long Present { get; init; }
        public long Late { get; init; }
        public long Absent { get; init; }
    }

    private sealed class MinuteRow
    {
        public string Minute { get; init; } = "";
        public long Arrived { get; init; }
        public long Late { get; init; }
    }

    private sealed class PersonRow
    {
        public long Id { get; init; }
        public long UserId { get; init; }
        public string Name { get; init; } = "";
        public string Time { get; init; } = "";
    }
}
