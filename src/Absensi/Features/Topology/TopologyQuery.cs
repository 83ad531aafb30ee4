using System.Text.Json;
using Absensi.Cluster;
using Absensi.Storage;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Absensi.Features.Topology;

/// <summary>The whole system as one of its nodes sees it. Instants are microseconds since 1970 UTC by the database's clock.</summary>
/// <param name="Received">When the node took this very request, null before it knows the database's clock; with <paramref name="Now"/>, when it answered, and <paramref name="ClockError"/> this lets a screen set its own clock.</param>
/// <param name="By">The node that answers.</param>
/// <param name="Head">The log's last position.</param>
/// <param name="UsesRedis">Whether the node was given a Redis.</param>
/// <param name="HasRealtime">Whether realtime servers bring events to screens, rather than the nodes.</param>
/// <param name="Stage">The processes that may be killed and revived before an audience; null where there is no stage.</param>
public sealed record ClusterView(
    long? Received, long? Now, long? ClockError, string By, long Head, string Database, bool UsesRedis, bool HasRealtime, IReadOnlyList<Member> Members,
    IReadOnlyList<Actor>? Stage);

/// <summary>A process of the cluster, as its last heartbeat told.</summary>
public sealed record Member(string NodeId, string Name, string Role, long SeenAgo, bool Online, long LastEventId, long Queue, JsonElement? Report);

public sealed class TopologyQuery(Nodes nodes, EventLog log, DatabaseClock clock, Database database, Settings settings, StageHand? stage = null)
{
    /// <summary>Seconds for which a process that has gone is still drawn.</summary>
    private const int Drawn = 3600;

    public async Task<ClusterView> ReadAsync(CancellationToken cancel)
    {
        var received = clock.At(Stopwatch.GetTimestamp());
        // The position after the members: one that has read everything since must not seem ahead of the log.
        var members = (await nodes.AllAsync(cancel)).Where(n => n.SeenAgo < Drawn)
            .Select(n => new Member(n.NodeId, n.Name, n.Role, n.SeenAgo, n.Online, n.LastEventId, n.Queue, n.Report is { } report ? JsonElement.Parse(report) : null)).ToList();
        var head = await log.LastIdAsync(cancel);
        var actors = stage is null ? null : await stage.LookAsync(cancel);
        return new ClusterView(
            received, clock.At(Stopwatch.GetTimestamp()), clock.Error, settings.NodeId, head, database.Dialect.Name, settings.Redis is not null, settings.RealtimeUrl is not null, members, actors);
    }
}
