using System.Security.Cryptography;
using System.Text;
using Absensi.Storage;

namespace Absensi.Security;

/// <summary>What a token may be used for, in the name of its person and no further than that person could go.</summary>
public static class Scopes
{
    /// <summary>Reading attendance: everyone's where the token stands for an admin, otherwise the person's own.</summary>
    public const string ReadAttendance = "read:attendance";

    /// <summary>Clocking one employee in and out.</summary>
    public const string WriteClock = "write:clock";

    public static readonly IReadOnlyList<string> All = [ReadAttendance, WriteClock];
}

/// <summary>A token as an admin sees it; the token itself is shown once, when it is made.</summary>
public sealed class ApiToken
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
    public string Scope { get; init; } = "";
    public long UserId { get; init; }
    public string UserName { get; init; } = "";
    public string UserRole { get; init; } = "";
    public string CreatedByName { get; init; } = "";

    /// <summary>Seconds since 1970 UTC, as are the other times.</summary>
    public long CreatedAt { get; init; }
    public long? LastUsedAt { get; init; }
    public long? RevokedAt { get; init; }

    /// <summary>Seconds since it was last noted as used; null when it never was.</summary>
    public long? UsedAgo { get; init; }
}

/// <summary>The table <c>api_tokens</c>. Only the SHA-256 of a token is kept: 256 random bits need no slow hash.</summary>
public sealed class ApiTokens(Database database)
{
    public const string Prefix = "absensi_";

    /// <summary>"absensi_" and 43 letters; the prefix lets secret scanners find one that has been published.</summary>
    public const int Length = 51;

    private const int LastUseWrittenEvery = 60;

    private string Select =>
        $"""
         SELECT t.id, t.name, t.scope, t.user_id, u.name AS user_name, u.role AS user_role, m.name AS created_by_name, t.created_at, t.last_used_at, t.revoked_at,
                {database.Dialect.UnixNow} - t.last_used_at AS used_ago
         FROM api_tokens t JOIN users u ON u.id = t.user_id JOIN users m ON m.id = t.created_by
         """;

    public Task<IReadOnlyList<ApiToken>> AllAsync(CancellationToken cancel) =>
        database.QueryAsync<ApiToken>($"{Select} ORDER BY CASE WHEN t.revoked_at IS NULL THEN 0 ELSE 1 END, t.id DESC LIMIT 500", null, cancel);

    /// <returns>The token, which can't be had again.</returns>
    public async Task<string> MakeAsync(string name, string scope, long userId, long createdBy, CancellationToken cancel)
    {
        var token = Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        await database.ExecuteAsync(
            $"INSERT INTO api_tokens (name, token_hash, scope, user_id, created_by, created_at) VALUES (@name, @hash, @scope, @userId, @createdBy, {database.Dialect.UnixNow})",
            new { name, hash = Hash(token), scope, userId, createdBy }, cancel);
        return token;
    }

    /// <summary>Takes effect with the next request, on every node: nothing of a token is remembered.</summary>
    /// <returns>The token's name; null when there is no such token or it is revoked already.</returns>
    public async Task<string?> RevokeAsync(long id, CancellationToken cancel)
    {
        var revoked = await database.ExecuteAsync($"UPDATE api_tokens SET revoked_at = {database.Dialect.UnixNow} WHERE id = @id AND revoked_at IS NULL", new { id }, cancel);
        return revoked == 0 ? null : await database.FirstAsync<string>("SELECT name FROM api_tokens WHERE id = @id", new { id }, cancel);
    }

    /// <returns>The token, or null when it is none of ours, revoked, or its person or the admin who made it no longer active.</returns>
    public async Task<ApiToken?> FindAsync(string token, CancellationToken cancel)
    {
        var found = await database.FirstAsync<ApiToken>($"{Select} WHERE t.token_hash = @hash AND t.revoked_at IS NULL AND u.active = 1 AND m.active = 1", new { hash = Hash(token) }, cancel);
        if (found is { UsedAgo: null or >= LastUseWrittenEvery })
            await database.ExecuteAsync($"UPDATE api_tokens SET last_used_at = {database.Dialect.UnixNow} WHERE id = @Id", new { found.Id }, cancel);
        return found;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
