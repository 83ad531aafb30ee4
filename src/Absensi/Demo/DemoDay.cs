using Absensi.Core.Attendance;

namespace Absensi.Demo;

/// <summary>What a made-up employee does on one workday: when they come and go, and where. Null times: absent, or left without a tap.</summary>
internal sealed record DemoDay(DateTime? ArrivesAt, DateTime? LeavesAt, Position At, double Accuracy, string NodeId)
{
    private static readonly (int Node, double Latitude, double Longitude)[] Offices =
    [
        (1, -6.19484, 106.82293), (1, -6.22457, 106.80971), (2, -6.90218, 107.61872), (2, -6.92183, 107.60702), (3, -7.26515, 112.74251), (3, -7.28917, 112.67533),
    ];

    /// <summary>Depends on its arguments alone. Most come some twenty minutes before work starts, a few much later; they leave from eight hours after it.</summary>
    public static DemoDay Of(int number, DateOnly date, WorkRules rules, int seed)
    {
        var habit = new Random(HashCode(seed, number));
        var office = Offices[habit.Next(Offices.Length)];
        var usualMinutes = Normal(habit, -20, 7);
        var absence = 0.01 + 0.07 * habit.NextDouble() * habit.NextDouble();

        var today = new Random(HashCode(HashCode(seed, number), date.DayNumber));
        var at = new Position(office.Latitude + Normal(today, 0, 0.0002), office.Longitude + Normal(today, 0, 0.0002));
        var late = today.NextDouble() < 0.06 ? -25 * Math.Log(1 - today.NextDouble()) : 0;
        var start = date.ToDateTime(rules.WorkStart);
        var arrives = WithinDay(start.AddMinutes(usualMinutes + Normal(today, 0, 8) + late), date, TimeSpan.FromSeconds(1));
        var leaves = WithinDay(start.AddHours(8).AddSeconds(today.Next(90 * 60)), date, TimeSpan.Zero);
        var (absent, forgets) = (today.NextDouble() < absence, today.NextDouble() < 0.015 || leaves <= arrives);
        return new DemoDay(absent ? null : arrives, absent || forgets ? null : leaves, at, Math.Round(4 + 26 * today.NextDouble(), 1), Cluster.AppNodes.Id(office.Node));
    }

    private static DateTime WithinDay(DateTime time, DateOnly date, TimeSpan beforeEnd)
    {
        var (first, last) = (date.ToDateTime(TimeOnly.MinValue), date.ToDateTime(new TimeOnly(23, 59, 59)) - beforeEnd);
        var whole = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
        return whole < first ? first : whole > last ? last : whole;
    }

    private static double Normal(Random random, double mean, double deviation) =>
        mean + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>The framework's own hash differs from run to run.</summary>
    private static int HashCode(int a, int b)
    {
        var x = ((ulong)(uint)a << 32 | (uint)b) + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return (int)(x ^ (x >> 31));
    }
}
