using System.Text.Json;

namespace Absensi.Storage;

/// <summary>A process that has told of itself.</summary>
public sealed class NodeState
{
    public string NodeId { get; init; } = "";
    public string Name { get; init; } = "";
    public string Role { get; init; } = "";
    public long LastEventId { get; init; }
    public long Queue { get; init; }

    /// <summary>What else it says of itself, as JSON; null when it has said nothing.</summary>
    public string? Report { get; init; }

    /// <summary>Seconds since its last heartbeat, by the database's clock.</summary>
    public long SeenAgo { get; init; }

    public bool Online => SeenAgo < Nodes.Gone;
}

/// <summary>The document's server status: what it shows and how it says it.</summary>
public sealed record ServerStatus(string Name, string Status, string LastSync)
{
    public static ServerStatus Of(NodeState node) => new(node.Name, node.Online ? "online" : "offline", Ago(node.SeenAgo));

    private static string Ago(long seconds) => seconds switch
    {
        < 1 => "baru saja",
        < 60 => $"{seconds} detik lalu",
        < 3600 => $"{seconds / 60} menit lalu",
        < 86_400 => $"{seconds / 3600} jam lalu",
        _ => $"{seconds / 86_400} hari lalu",
    };
}

/// <summary>The table <c>nodes</c>: heartbeats, by the database's clock.</summary>
public sealed class Nodes(Database database)
{
    public const string NodeRole = "node", RealtimeRole = "realtime";

    /// <summary>Seconds after the last heartbeat from which on it counts as gone.</summary>
    public const int Gone = 6;

    /// <summary>How long a node that is gone is still shown, in seconds.</summary>
    private const int Forgotten = 86_400;

    public Task BeatAsync(string nodeId, string name, string role, long lastEventId, int queue, string? report, bool starting, CancellationToken cancel)
    {
        var now = database.Dialect.UnixNow;
        string[] columns = starting ? ["name", "role", "started_at", "last_seen_at", "last_event_id", "queue", "report"] : ["last_seen_at", "last_event_id", "queue", "report"];
        return database.ExecuteAsync(
            $"""
             INSERT INTO nodes (node_id, name, role, started_at, last_seen_at, last_event_id, queue, report)
             VALUES (@nodeId, @name, @role, {now}, {now}, @lastEventId, @queue, @report) {database.Dialect.OnTaken("node_id", columns)}
             """, new { nodeId, name, role, lastEventId, queue, report }, cancel);
    }

    /// <summary>Says of itself that it is gone, so that nobody has to find out.</summary>
    public Task LeaveAsync(string nodeId, CancellationToken cancel) =>
        database.ExecuteAsync($"UPDATE nodes SET last_seen_at = {database.Dialect.UnixNow} - {Gone} WHERE node_id = @nodeId", new { nodeId }, cancel);

    /// <summary>Writes down who is connected to this process: user ids, as a JSON array.</summary>
    /// <returns>False when the process has not told of itself yet.</returns>
    public async Task<bool> SetConnectedAsync(string nodeId, string userIds, CancellationToken cancel) =>
        await database.ExecuteAsync("UPDATE nodes SET connected = @userIds WHERE node_id = @nodeId", new { nodeId, userIds }, cancel) > 0;

    /// <summary>Who is connected to any process that lives, each once, in order.</summary>
    public async Task<IReadOnlyList<long>> ConnectedAsync(CancellationToken cancel)
    {
        var rows = await database.QueryAsync<string>(
            $"SELECT connected FROM nodes WHERE connected IS NOT NULL AND last_seen_at > {database.Dialect.UnixNow} - {Gone}", null, cancel);
        return rows.SelectMany(row => JsonSerializer.Deserialize<long[]>(row)!).Distinct().Order().ToList();
    }

    /// <summary>What the dashboard counts and lists as servers: the app nodes, which take the taps. Realtime servers are for <c>absensi status</c>.</summary>
    public async Task<IReadOnlyList<NodeState>> ServersAsync(CancellationToken cancel) => (await AllAsync(cancel)).Where(n => n.Role == NodeRole).ToList();

    public Task<IReadOnlyList<NodeState>> AllAsync(CancellationToken cancel) =>
        database.QueryAsync<NodeState>(
            $"""
             SELECT node_id, name, role, last_event_id, queue, report, {database.Dialect.UnixNow} - last_seen_at AS seen_ago
             FROM nodes WHERE last_seen_at > {database.Dialect.UnixNow} - {Forgotten} ORDER BY node_id
             """, null, cancel);
}
