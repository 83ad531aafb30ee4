namespace Absensi.Core.Attendance;

/// <summary>When work starts and ends, on which days, and where: the time zone whose wall clock decides dates and lateness.</summary>
public sealed record WorkRules(TimeOnly WorkStart, TimeZoneInfo Zone)
{
    public TimeOnly WorkEnd { get; init; } = new(17, 0);
    public IReadOnlySet<DayOfWeek> Workdays { get; init; } =
        new HashSet<DayOfWeek> { DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday };

    public bool IsWorkday(DateOnly day) => Workdays.Contains(day.DayOfWeek);

    /// <summary>The local second from which on a day that nobody saw a person on is an absence.</summary>
    public DateTime EndOf(DateOnly day) => day.ToDateTime(WorkEnd);

    /// <summary>The workdays after <paramref name="last"/> that have ended, oldest first.</summary>
    public IEnumerable<DateOnly> EndedSince(DateOnly last, DateTime now)
    {
        for (var day = last.AddDays(1); EndOf(day) <= now; day = day.AddDays(1))
        {
            if (IsWorkday(day)) yield return day;
        }
    }

    /// <summary>The zone's wall time of an instant, cut to whole seconds: what is shown, stored and judged is one and the same time.</summary>
    public DateTime LocalTime(DateTime utc)
    {
        var local = TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), Zone);
        return new DateTime(local.Ticks - local.Ticks % TimeSpan.TicksPerSecond, DateTimeKind.Unspecified);
    }

    /// <summary>Strictly later than the start is late; the start itself is on time.</summary>
    public AttendanceStatus Judge(DateTime local) =>
        TimeOnly.FromDateTime(local) > WorkStart ? AttendanceStatus.Terlambat : AttendanceStatus.Hadir;

    /// <summary>Whole minutes between two wall times of the zone, counted in real time across a change of its offset; never below 0.</summary>
    public int MinutesBetween(DateTime from, DateTime to)
    {
        var elapsed = to - Zone.GetUtcOffset(to) - (from - Zone.GetUtcOffset(from));
        return Math.Max(0, (int)elapsed.TotalMinutes);
    }
}
