using System.Text.Json;
using Dapper;

namespace Absensi.Storage;

public sealed class User
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
    public string Email { get; init; } = "";
    public string Password { get; init; } = "";
    public string Role { get; init; } = Roles.Karyawan;
    public bool Active { get; init; }
    public bool MustChangePassword { get; init; }
    public bool IsAdmin => Role == Roles.Admin;
}

/// <summary>What others may know of somebody.</summary>
public sealed class Person
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
}

/// <summary>The document's two roles, as the table and the policies name them.</summary>
public static class Roles
{
    public const string Admin = "admin", Karyawan = "karyawan";
}

/// <summary>The table <c>users</c>. E-mail addresses are kept in lower case. No one is ever deleted: their log must stay.</summary>
public sealed class Users(Database database)
{
    private const string Columns = "id, name, email, password, role, active, must_change_password";

    public Task<User?> FindAsync(string email, CancellationToken cancel) =>
        database.FirstAsync<User>($"SELECT {Columns} FROM users WHERE email = @email", new { email = email.Trim().ToLowerInvariant() }, cancel);

    public Task<User?> FindAsync(long id, CancellationToken cancel) =>
        database.FirstAsync<User>($"SELECT {Columns} FROM users WHERE id = @id", new { id }, cancel);

    public async Task<bool> AnyAdminAsync(CancellationToken cancel) =>
        await database.FirstAsync<long?>("SELECT id FROM users WHERE role = 'admin' LIMIT 1", null, cancel) is not null;

    /// <summary>The first of these people by name.</summary>
    public Task<IReadOnlyList<Person>> NamesAsync(IReadOnlyCollection<long> ids, int limit, CancellationToken cancel) =>
        database.QueryAsync<Person>(
            $"SELECT u.id, u.name FROM {database.Dialect.JsonRows("rows", ("id", "BIGINT"))} j JOIN users u ON u.id = j.id ORDER BY u.name, u.id LIMIT @limit",
            new { rows = JsonSerializer.Serialize(ids.Select(id => new { id })), limit }, cancel);

    public async Task<bool> AnyEmployeeAsync(CancellationToken cancel) =>
        await database.FirstAsync<long?>("SELECT id FROM users WHERE role = 'karyawan' LIMIT 1", null, cancel) is not null;

    /// <returns>The new person's id, or null when the address is taken.</returns>
    public async Task<long?> AddAsync(string name, string email, string passwordHash, string role, bool mustChangePassword, DateTime localNow, CancellationToken cancel)
    {
        try
        {
            return await database.WriteAsync(async (connection, transaction) =>
            {
                var row = new { name, email = email.Trim().ToLowerInvariant(), passwordHash, role, mustChangePassword, localNow };
                await connection.ExecuteAsync(
                    """
                    INSERT INTO users (name, email, password, role, active, must_change_password, created_at, updated_at)
                    VALUES (@name, @email, @passwordHash, @role, 1, @mustChangePassword, @localNow, @localNow)
                    """, row, transaction);
                return await connection.QuerySingleAsync<long>("SELECT id FROM users WHERE email = @email", row, transaction);
            }, cancel);
        }
        catch (Exception fault) when (database.Dialect.IsTaken(fault))
        {
            return null;
        }
    }

    public Task SetPasswordAsync(long id, string passwordHash, bool mustChange, CancellationToken cancel) =>
        database.ExecuteAsync("UPDATE users SET password = @passwordHash, must_change_password = @mustChange WHERE id = @id", new { id, passwordHash, mustChange }, cancel);

    /// <summary>Puts a stronger hash of the same password in the place of the one it was checked against, unless that has been changed meanwhile.</summary>
    public Task RehashAsync(long id, string oldHash, string newHash, CancellationToken cancel) =>
        database.ExecuteAsync("UPDATE users SET password = @newHash WHERE id = @id AND password = @oldHash", new { id, oldHash, newHash }, cancel);

    /// <summary>Somebody's hash, always the same one for the same hexadecimal seed: to check a password against where there is nobody.</summary>
    public Task<string?> StandInHashAsync(string seed, CancellationToken cancel) =>
        database.FirstAsync<string>(
            "SELECT password FROM users WHERE id >= @number % (SELECT MAX(id) FROM users) + 1 ORDER BY id LIMIT 1",
            new { number = Convert.ToInt64(seed[..12], 16) }, cancel);
}
