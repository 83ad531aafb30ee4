using System.Globalization;
using Absensi.Features.Shared;

namespace Absensi.Features.Dashboard;

/// <summary>
/// One of the four numbers. The number itself comes from the script's property <paramref name="Value"/> and moves;
/// <paramref name="Note"/> is what it is compared to, and stays true while it does.
/// </summary>
/// <param name="Alarm">The script's property that is true when the number is bad news.</param>
public sealed record Tile(string Name, string Value, string Note, string? Spark = null, string? Alarm = null)
{
    public static IReadOnlyList<Tile> All(Trends trends)
    {
        var days = trends.Days;
        var today = days[^1].Date;
        var sinceMonday = ((int)today.DayOfWeek + 6) % 7;
        var lastWeek = days.SkipLast(7).TakeLast(sinceMonday + 1).Sum(d => d.Present);
        // Without the days on which nobody was expected: a weekend is no collapse.
        var worked = days.Where(d => d.Present + d.Absent > 0 || d.Date == today).TakeLast(7).ToList();
        var week = days.TakeLast(sinceMonday + 1).ToList();
        var usual = trends.UsualRate is { } rate ? $"biasanya {rate}% sehari penuh" : $"dari {Words.Number(trends.Employees)} karyawan aktif";
        return
        [
            new("Hari ini", "today", $"{Words.Day(today)} lalu {Words.Number(days[^8].Present)} sehari penuh", Line(worked.Select(d => d.Present))),
            new("Minggu ini", "week", $"minggu lalu {Words.Number(lastWeek)} sampai {Words.Day(today)}", Line(week.Select((_, i) => week.Take(i + 1).Sum(d => d.Present)))),
            new("Tingkat kehadiran", "rate", usual, Line(worked.Select(d => d.Present))),
            new("Server online", "serversText", "node yang sedang melayani", Alarm: "someServerDown"),
        ];
    }

    private static string? Line(IEnumerable<long> values)
    {
        var all = values.ToList();
        if (all.Count < 2 || all.Max() is not (> 0 and var top)) return null;
        var points = all.Select((v, i) => string.Create(CultureInfo.InvariantCulture, $"{2 + i * 56.0 / (all.Count - 1):F1} {22 - 20.0 * v / top:F1}"));
        return "M" + string.Join('L', points);
    }
}
