using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Absensi.Storage;

namespace Absensi.ClusterTests.Real;

internal static class Accounts
{
    /// <summary>Adds people with a session each, in two statements, past the password check, which costs more than all that follows.</summary>
    /// <returns>Their session tokens.</returns>
    public static async Task<IReadOnlyList<string>> AddAsync(Database database, int first, int count, string role)
    {
        var rows = Enumerable.Range(first, count).Select(n => new { email = $"orang{n}@absensi.test", name = $"Orang {n}", token = $"{n:D43}" }).ToList();
        var people = JsonSerializer.Serialize(rows.Select(r => new { r.email, r.name }));
        await database.ExecuteAsync(
            $"""
             INSERT INTO users (name, email, password, role) SELECT j.name, j.email, 'none', @role
             FROM {database.Dialect.JsonRows("people", ("name", "VARCHAR(255)"), ("email", "VARCHAR(255)"))} j
             """, new { people, role }, CancellationToken.None);
        var sessions = JsonSerializer.Serialize(rows.Select(r => new { id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(r.token))), r.email }));
        await database.ExecuteAsync(
            $"""
             INSERT INTO sessions (id, user_id, created_at, last_seen_at) SELECT j.id, u.id, {database.Dialect.UnixNow}, {database.Dialect.UnixNow}
             FROM {database.Dialect.JsonRows("sessions", ("id", "CHAR(64)"), ("email", "VARCHAR(255)"))} j JOIN users u ON u.email = j.email
             """, new { sessions }, CancellationToken.None);
        return rows.ConvertAll(r => r.token);
    }
}
