using System.Globalization;
using Absensi.Features.Shared;

namespace Absensi.Features.Dashboard;

/// <summary>
/// One of the four numbers. The number itself comes from the script's property <paramref name="Value"/> and moves;
/// <paramref name="Note"/> is what it is compared to, and stays true while it does.
/// </summary>
/// <param name="Alarm">The script's property that is true when the number is bad news.</param>
/// <param name="Before">The columns it stands beside, as an SVG path; <paramref name="Now"/> those in the colour of now.</param>
public sealed record Tile(string Name, string Value, string Note, string Before = "", string Now = "", string? Alarm = null)
{
    private const double Height = 24;
    private const int Step = 9, Width = 6, Most = 7;

    public static IReadOnlyList<Tile> All(Trends trends)
    {
        var days = trends.Days;
        var today = days[^1].Date;
        var sinceMonday = ((int)today.DayOfWeek + 6) % 7;
        // Without the days on which nobody was expected: a weekend is no collapse.
        var worked = days.Where(d => d.Present + d.Absent > 0 || d.Date == today).TakeLast(Most).ToList();
        var counts = worked.Select(d => (double)d.Present).ToList();
        var weeks = Enumerable.Range(0, 4).Reverse().Select(w => (double)days.SkipLast(7 * w).TakeLast(sinceMonday + 1).Sum(d => d.Present)).ToList();
        var rates = worked.Select(d => (double)d.Present / Math.Max(1, d.Date == today ? trends.Employees : d.Present + d.Absent)).ToList();
        var usual = trends.UsualRate is { } rate ? $"biasanya {rate}% sehari penuh" : $"dari {Words.Number(trends.Employees)} karyawan aktif";
        return
        [
            new("Hari ini", "today", $"{Words.Day(today)} lalu {Words.Number(days[^8].Present)} sehari penuh", Columns(counts, 0, ^1), Columns(counts, ^1, ^0)),
            new("Minggu ini", "week", $"minggu lalu {Words.Number((long)weeks[^2])} sampai {Words.Day(today)}", Columns(weeks, 0, ^1), Columns(weeks, ^1, ^0)),
            new("Tingkat kehadiran", "rate", usual, Columns([.. rates.Select(_ => 1.0)], 0, ^0), Columns(rates, 0, ^0, 1)),
            new("Server online", "serversText", "node yang sedang melayani", Alarm: "someServerDown"),
        ];
    }

    /// <summary>The values from one place up to another as columns, today's at the right, on the scale of all of them.</summary>
    private static string Columns(List<double> values, Index from, Index to, double? top = null)
    {
        var most = top ?? values.Max();
        if (values.Count < 2 || most <= 0) return "";
        var (first, end) = (from.GetOffset(values.Count), to.GetOffset(values.Count));
        return string.Concat(Enumerable.Range(first, end - first).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"M{(Most - values.Count + i) * Step} {Height}v{-Height * Math.Min(1, values[i] / most):F1}h{Width}V{Height}z")));
    }
}
