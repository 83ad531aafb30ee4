using System.Globalization;
using Absensi.Features.Shared;

namespace Absensi.Features.Dashboard;

/// <summary>One of the four numbers: the number itself comes from the script's property <paramref name="Value"/>.</summary>
public sealed record Tile(string Name, string Value, string Note, string? Spark = null)
{
    public static IReadOnlyList<Tile> All(Trends trends)
    {
        var days = trends.Days;
        var today = days[^1];
        var sinceMonday = ((int)today.Date.DayOfWeek + 6) % 7;
        var thisWeek = days.TakeLast(sinceMonday + 1).Sum(d => d.Present);
        var lastWeek = days.SkipLast(7).TakeLast(sinceMonday + 1).Sum(d => d.Present);
        var week = days.TakeLast(7).ToList();
        return
        [
            new("Hari ini", "today", Compared(today.Present, days[^8].Present, $"hari {Words.Day(today.Date)} lalu"), Line(week.Select(d => d.Present))),
            new("Minggu ini", "week", Compared(thisWeek, lastWeek, "minggu lalu"), Line(week.Select((_, i) => week.Take(i + 1).Sum(d => d.Present)))),
            new("Tingkat kehadiran", "rate", $"dari {Words.Number(trends.Employees)} karyawan aktif", Line(week.Select(d => d.Present))),
            new("Server online", "serversText", "node yang sedang melayani"),
        ];
    }

    private static string Compared(long now, long before, string when) =>
        now == before ? $"sama dengan {when}" : $"{Words.Number(Math.Abs(now - before))} lebih {(now > before ? "banyak" : "sedikit")} dari {when}";

    private static string? Line(IEnumerable<long> values)
    {
        var all = values.ToList();
        if (all.Max() is not (> 0 and var top)) return null;
        var points = all.Select((v, i) => string.Create(CultureInfo.InvariantCulture, $"{2 + i * 56.0 / (all.Count - 1):F1} {22 - 20.0 * v / top:F1}"));
        return "M" + string.Join('L', points);
    }
}
