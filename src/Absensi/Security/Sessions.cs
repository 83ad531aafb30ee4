using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Absensi.Storage;
using Dapper;
using Microsoft.Extensions.Caching.Memory;

namespace Absensi.Security;

/// <summary>Who is asking, as the session's row and its user say.</summary>
public sealed class SessionUser
{
    public string SessionId { get; init; } = "";
    public long UserId { get; init; }
    public string Name { get; init; } = "";
    public string Email { get; init; } = "";
    public string Role { get; init; } = "";
    public bool MustChangePassword { get; init; }

    /// <summary>Seconds since the session was last written as seen.</summary>
    public long SeenAgo { get; init; }
}

/// <summary>
/// Sessions live in the database, so that any node serves any of them. The browser holds a random 256-bit token; the
/// table holds its SHA-256 only. A node remembers what it read for a second: that is how long a log-out takes to reach
/// every node. Redis holds none of it: asking it and telling it costs more than the one row looked up by its key.
/// </summary>
public sealed partial class Sessions : IDisposable
{
    // One statement for each: prepared once, whatever the number asked for.
    private static readonly int[] LookupSizes = [1, 4, 16, KeyedLookup<SessionUser>.AtOnce];

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly Settings _settings;
    private readonly KeyedLookup<SessionUser> _lookup;

    // Seconds; seldom enough to cost nothing, often enough that nobody in the middle of their work is timed out.
    private readonly long _writtenEvery;

    private readonly MemoryCache _recent = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    private long _ended;

    public Sessions(Database database, Settings settings)
    {
        (_database, _settings) = (database, settings);
        _writtenEvery = Math.Min(60, (long)settings.SessionLifetime.TotalSeconds / 4);
        _lookup = new KeyedLookup<SessionUser>(ReadAsync);
    }

    /// <returns>The token for the browser's cookie; it can't be had again.</returns>
    public async Task<string> StartAsync(long userId, string? ip, string? userAgent, CancellationToken cancel)
    {
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var session = new { id = Hash(token), userId, ip, userAgent = userAgent?[..Math.Min(userAgent.Length, 255)], idle = Idle, absolute = Absolute };
        await _database.WriteAsync(async (connection, transaction) =>
        {
            var now = _database.Dialect.UnixNow;
            await connection.ExecuteAsync($"DELETE FROM sessions WHERE last_seen_at <= {now} - @idle OR created_at <= {now} - @absolute", session, transaction);
            return await connection.ExecuteAsync(
                $"INSERT INTO sessions (id, user_id, created_at, last_seen_at, ip, user_agent) VALUES (@id, @userId, {now}, {now}, @ip, @userAgent)", session, transaction);
        }, cancel);
        return token;
    }

    /// <returns>The session's user, or null when there is no such session, it timed out, or its user is no longer active.</returns>
    public async Task<SessionUser?> FindAsync(string token, CancellationToken cancel)
    {
        var id = Hash(token);
        if (_recent.TryGetValue(id, out SessionUser? known)) return known;
        var (asked, ended) = (Stopwatch.GetTimestamp(), Volatile.Read(ref _ended));
        if (await _lookup.FindAsync(id) is not { } user) return null;
        if (user.SeenAgo >= _writtenEvery) _seen.TryAdd(id, 0);
        if (Remembered - Stopwatch.GetElapsedTime(asked) is var left && left > TimeSpan.Zero)
            _recent.Set(id, user, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = left, Size = 1 });
        // It may have been read before it was ended, and put in after it was forgotten.
        if (Volatile.Read(ref _ended) != ended) _recent.Remove(id);
        return user;
    }

    private void Forget(string id)
    {
        Interlocked.Increment(ref _ended);
        _recent.Remove(id);
    }

    private async Task<IReadOnlyDictionary<string, SessionUser>> ReadAsync(IReadOnlyList<string> ids)
    {
        var size = LookupSizes.First(s => s >= ids.Count);
        var names = Enumerable.Range(0, size).Select(i => $"id{i}").ToList();
        var users = await _database.AskAsync(new Question<SessionUser>(
            $"""
             SELECT s.id AS session_id, u.id AS user_id, u.name, u.email, u.role, u.must_change_password, {_database.Dialect.UnixNow} - s.last_seen_at AS seen_ago
             FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.id IN ({string.Join(", ", names.Select(n => $"@{n}"))}) AND u.active = 1 AND {Alive}
             """, [("idle", Idle), ("absolute", Absolute), .. names.Select((n, i) => (n, (object?)ids[Math.Min(i, ids.Count - 1)]))]), CancellationToken.None);
        return users.ToDictionary(u => u.SessionId, StringComparer.Ordinal);
    }

    public async Task EndAsync(string token, CancellationToken cancel)
    {
        var id = Hash(token);
        await _database.ExecuteAsync("DELETE FROM sessions WHERE id = @id", new { id }, cancel);
        Forget(id);
    }

    /// <summary>Of these sessions, the ones that would still be let in, in the role they were let in with. The others are forgotten here.</summary>
    public async Task<IReadOnlySet<string>> AliveAsync(IReadOnlyCollection<(string Id, string Role)> sessions, CancellationToken cancel)
    {
        var rows = JsonSerializer.Serialize(sessions.Select(s => new { id = s.Id, role = s.Role }));
        var alive = await _database.QueryAsync<string>(
            $"""
             SELECT s.id FROM {_database.Dialect.JsonRows("rows", ("id", "CHAR(64)"), ("role", "VARCHAR(20)"))} j
             JOIN sessions s ON s.id = j.id JOIN users u ON u.id = s.user_id
             WHERE u.active = 1 AND u.role = j.role AND {Alive}
             """, new { rows, idle = Idle, absolute = Absolute }, cancel);
        var ids = alive.ToHashSet(StringComparer.Ordinal);
        foreach (var (id, _) in sessions)
            if (!ids.Contains(id)) Forget(id);
        return ids;
    }

    public void Dispose() => _recent.Dispose();

    private long Idle => (long)_settings.SessionLifetime.TotalSeconds;
    private long Absolute => (long)_settings.SessionAbsolute.TotalSeconds;
    private string Alive => $"s.last_seen_at > {_database.Dialect.UnixNow} - @idle AND s.created_at > {_database.Dialect.UnixNow} - @absolute";

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
