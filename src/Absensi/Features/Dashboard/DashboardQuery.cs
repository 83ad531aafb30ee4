using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Storage;

namespace Absensi.Features.Dashboard;

public sealed record Metrics(long TodayCount, long WeekCount, int AttendanceRate, int ServersOnline, int ServersTotal);

public sealed record DashboardData(Metrics Metrics, IReadOnlyList<JsonElement> LatestAttendances, IReadOnlyList<ServerStatus> ServerStatus, long LastId);

/// <summary>What the admin's dashboard shows, as the document has it.</summary>
public sealed class DashboardQuery(Database database, EventLog log, Nodes nodes, RedisCache cache, WorkRules rules)
{
    // What moves without the log: the servers' state, the number of employees, midnight.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    public async Task<DashboardData> DataAsync(CancellationToken cancel)
    {
        var head = await log.LastIdAsync(cancel);
        var key = $"absensi:dashboard:{head}";
        if (await cache.GetAsync<DashboardData>(key) is { } known) return known;

        var latest = await log.LatestAsync(10, cancel);
        var servers = await nodes.ServersAsync(cancel);
        var data = new DashboardData(
            await MetricsAsync(servers, cancel),
            latest.Select(e => JsonDocument.Parse(e.ToWire()).RootElement).Select(Flat).ToList(),
            servers.Select(Storage.ServerStatus.Of).ToList(),
            // Of the newest row rather than of the log: what is committed meanwhile comes over the feed, and is not among the rows.
            latest.Count > 0 ? latest[0].Id : head);
        await cache.SetAsync(key, data, Remembered);
        return data;
    }

    private async Task<Metrics> MetricsAsync(IReadOnlyList<NodeState> servers, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(rules.LocalTime(await database.UtcNowAsync(cancel)));
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var counts = (await database.FirstAsync<Counts>(
            // Whoever came has one of two states: an index holds these and the days, and no row has to be looked up.
            """
            SELECT COUNT(*) AS week, COALESCE(SUM(CASE WHEN date = @today THEN 1 ELSE 0 END), 0) AS today,
                   (SELECT COUNT(*) FROM users WHERE role = 'karyawan' AND active = 1) AS employees
            FROM attendances WHERE status IN ('Hadir', 'Terlambat') AND date BETWEEN @monday AND @today
            """, new { today, monday }, cancel))!;
        var rate = counts.Employees == 0 ? 0 : (int)Math.Round(100.0 * counts.Today / counts.Employees, MidpointRounding.AwayFromZero);
        return new Metrics(counts.Today, counts.Week, Math.Min(rate, 100), servers.Count(s => s.Online), servers.Count);
    }

    /// <summary>The event's data with its number beside it, as one flat object.</summary>
    private static JsonElement Flat(JsonElement wire)
    {
        var members = new Dictionary<string, JsonElement> { ["event_id"] = wire.GetProperty("event_id") };
        foreach (var member in wire.GetProperty("data").EnumerateObject()) members[member.Name] = member.Value;
        return JsonSerializer.SerializeToElement(members, Json.Options);
    }

    private sealed class Counts
    {
        public long Today { get; init; }
        public long Week { get; init; }
        public long Employees { get; init; }
    }
}
