using Dapper;

namespace Absensi.Security;

/// <summary>A session as its owner sees it.</summary>
public sealed class OwnSession
{
    public string Id { get; init; } = "";
    public string? Ip { get; init; }
    public string? UserAgent { get; init; }

    /// <summary>Seconds ago, to within a minute.</summary>
    public long SeenAgo { get; init; }
    public long CreatedAgo { get; init; }
}

public sealed partial class Sessions
{
    /// <summary>A person's sessions that would still be let in, the latest used first.</summary>
    public Task<IReadOnlyList<OwnSession>> OfUserAsync(long userId, CancellationToken cancel) =>
        _database.QueryAsync<OwnSession>(
            $"""
             SELECT s.id, s.ip, s.user_agent, {_database.Dialect.UnixNow} - s.last_seen_at AS seen_ago, {_database.Dialect.UnixNow} - s.created_at AS created_ago
             FROM sessions s WHERE s.user_id = @userId AND {Alive} ORDER BY s.last_seen_at DESC, s.created_at DESC LIMIT 100
             """, new { userId, idle = Idle, absolute = Absolute }, cancel);

    /// <summary>Ends a person's sessions: one of them, or all.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> EndOfUserAsync(long userId, string? only, CancellationToken cancel)
    {
        var ids = await _database.WriteAsync(async (connection, transaction) =>
        {
            var mine = new { userId, only };
            var where = $"user_id = @userId{(only is null ? "" : " AND id = @only")}";
            var ended = (await connection.QueryAsync<string>($"SELECT id FROM sessions WHERE {where}", mine, transaction)).AsList();
            await connection.ExecuteAsync($"DELETE FROM sessions WHERE {where}", mine, transaction);
            return ended;
        }, cancel);
        foreach (var id in ids) Forget(id);
        return ids.Count;
    }
}
