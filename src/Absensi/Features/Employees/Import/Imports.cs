using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;
using Dapper;

namespace Absensi.Features.Employees.Import;

/// <summary>A file that was read and waits for its admin's word, or has had it.</summary>
public sealed class StagedImport
{
    public long Id { get; init; }
    public string FileName { get; init; } = "";

    /// <summary>Seconds since 1970 UTC; null while nothing of it is written.</summary>
    public long? AppliedAt { get; init; }

    /// <summary>When its first passwords were downloaded.</summary>
    public long? PasswordsAt { get; init; }
}

/// <summary>Somebody of the file who has an account already.</summary>
public sealed class KnownPerson
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
    public string Email { get; init; } = "";
    public bool Active { get; init; }
    public string Password { get; init; } = "";
}

/// <summary>What a file means for the people there are: who is new, whose name it spells otherwise, who stays as they are.</summary>
public sealed record ImportPlan(IReadOnlyList<ImportRow> Added, IReadOnlyList<(ImportRow Row, KnownPerson Person)> Renamed, IReadOnlyList<(ImportRow Row, KnownPerson Person)> Unchanged);

/// <summary>Somebody who was added, with a password that is kept nowhere else.</summary>
public sealed record FirstLogin(string Name, string Email, string Code);

/// <summary>
/// Files of people between upload and confirmation, in the database: any node may show and confirm what another has read.
/// Each belongs to the admin who sent it, and is gone a day later.
/// </summary>
public sealed class Imports(Database database, AuditLog audit, WorkRules rules)
{
    private const int KeptSeconds = 86_400, Page = 500;
    private string Mine => $"id = @id AND created_by = @by AND created_at > {database.Dialect.UnixNow} - {KeptSeconds}";

    /// <returns>The import's id.</returns>
    public Task<long> StageAsync(string fileName, IReadOnlyList<ImportRow> rows, long by, CancellationToken cancel) => database.WriteAsync(async (connection, transaction) =>
    {
        var now = database.Dialect.UnixNow;
        await connection.ExecuteAsync($"DELETE FROM people_imports WHERE created_at <= {now} - {KeptSeconds}", null, transaction);
        // 53 random bits: any program reads them as a number, and no two uploads meet.
        var id = (long)(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 11);
        await connection.ExecuteAsync($"INSERT INTO people_imports (id, created_at, created_by, file_name) VALUES (@id, {now}, @by, @fileName)", new { id, by, fileName }, transaction);
        foreach (var page in rows.Chunk(Page))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"""
                 INSERT INTO people_import_rows (import_id, line, name, email, role) SELECT @id, j.line, j.name, j.email, j.role
                 FROM {database.Dialect.JsonRows("people", ("line", "INT"), ("name", "VARCHAR(255)"), ("email", "VARCHAR(255)"), ("role", "VARCHAR(20)"))} j
                 """, new { id, people = JsonSerializer.Serialize(page.Select(r => new { line = r.Line, name = r.Name, email = r.Email, role = r.Role })) }, transaction, cancellationToken: cancel));
        }

        return id;
    }, cancel);

    public Task<StagedImport?> FindAsync(long id, long by, CancellationToken cancel) =>
        database.FirstAsync<StagedImport>($"SELECT id, file_name, applied_at, passwords_at FROM people_imports WHERE {Mine}", new { id, by }, cancel);

    public async Task<ImportPlan> PlanAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await PlanAsync(id, connection, null, cancel);
    }

    /// <summary>Writes all of it, or nothing.</summary>
    /// <param name="key">What the newcomers' first passwords come from (<see cref="OneTimeCodes"/>).</param>
    /// <returns>What was written; null when it has been done before, is too old, or somebody took one of its addresses this very moment.</returns>
    public async Task<ImportPlan?> ApplyAsync(HttpContext by, long id, byte[] key, CancellationToken cancel)
    {
        var now = rules.LocalTime(await database.UtcNowAsync(cancel));
        try
        {
            return await database.WriteAsync(async (connection, transaction) =>
            {
                var mine = new { id, by = by.User.Id() };
                if (await connection.ExecuteAsync($"UPDATE people_imports SET applied_at = {database.Dialect.UnixNow} WHERE {Mine} AND applied_at IS NULL", mine, transaction) == 0) return null;
                var plan = await PlanAsync(id, connection, transaction, cancel);
                foreach (var page in plan.Added.Chunk(Page)) await AddAsync(id, page, key, now, connection, transaction, cancel);
                foreach (var page in plan.Renamed.Chunk(Page)) await RenameAsync(page, now, connection, transaction, cancel);
                var file = await connection.QuerySingleAsync<string>("SELECT file_name FROM people_imports WHERE id = @id", mine, transaction);
                await audit.WriteManyAsync(by, AuditActions.PersonAdded, plan.Added.Select(r => $"{r.Email} ({r.Role})"), connection, transaction);
                await audit.WriteManyAsync(by, AuditActions.PersonChanged, plan.Renamed.Select(r => $"{r.Person.Email}: {r.Person.Name} → {r.Row.Name}"), connection, transaction);
                await audit.WriteManyAsync(by, AuditActions.PeopleImported, [$"{file}: {plan.Added.Count} ditambahkan, {plan.Renamed.Count} nama diperbarui"], connection, transaction);
                return plan;
            }, cancel);
        }
        catch (Exception fault) when (database.Dialect.IsTaken(fault))
        {
            return null;
        }
    }

    /// <summary>The newcomers whose first password still is the one that the key gives.</summary>
    public async Task<IReadOnlyList<FirstLogin>> FirstLoginsAsync(long id, byte[] key, CancellationToken cancel)
    {
        var plan = await PlanAsync(id, cancel);
        return plan.Renamed.Concat(plan.Unchanged).OrderBy(p => p.Row.Line)
            .Select(p => (p.Person, Code: OneTimeCodes.Derive(key, Label(id, p.Row.Line))))
            .Where(p => OneTimeCodes.IsHash(p.Person.Password) && OneTimeCodes.Matches(p.Code, p.Person.Password))
            .Select(p => new FirstLogin(p.Person.Name, p.Person.Email, p.Code)).ToList();
    }

    public Task PasswordsTakenAsync(long id, CancellationToken cancel) => database.ExecuteAsync($"UPDATE people_imports SET passwords_at = {database.Dialect.UnixNow} WHERE id = @id", new { id }, cancel);

    private static string Label(long id, int line) => $"{id}:{line}";

    private static async Task<ImportPlan> PlanAsync(long id, DbConnection connection, DbTransaction? transaction, CancellationToken cancel)
    {
        var rows = (await connection.QueryAsync<(int Line, string Name, string Email, string Role)>(
            new CommandDefinition("SELECT line, name, email, role FROM people_import_rows WHERE import_id = @id ORDER BY line", new { id }, transaction, cancellationToken: cancel)))
            .Select(r => new ImportRow(r.Line, r.Name, r.Email, r.Role)).ToList();
        var known = new Dictionary<string, KnownPerson>(StringComparer.OrdinalIgnoreCase);
        foreach (var page in rows.Chunk(Page))
        {
            var people = await connection.QueryAsync<KnownPerson>(new CommandDefinition(
                "SELECT id, name, email, active, password FROM users WHERE email IN @emails", new { emails = page.Select(r => r.Email) }, transaction, cancellationToken: cancel));
            foreach (var person in people) known.TryAdd(person.Email, person);
        }

        var there = rows.Where(r => known.ContainsKey(r.Email)).Select(r => (Row: r, Person: known[r.Email])).ToList();
        return new ImportPlan(rows.FindAll(r => !known.ContainsKey(r.Email)), there.FindAll(t => t.Row.Name != t.Person.Name), there.FindAll(t => t.Row.Name == t.Person.Name));
    }

    private Task AddAsync(long id, ImportRow[] page, byte[] key, DateTime now, DbConnection connection, DbTransaction transaction, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"""
             INSERT INTO users (name, email, password, role, active, must_change_password, created_at, updated_at)
             SELECT j.name, j.email, j.password, j.role, 1, 1, @now, @now
             FROM {database.Dialect.JsonRows("people", ("name", "VARCHAR(255)"), ("email", "VARCHAR(255)"), ("password", "VARCHAR(255)"), ("role", "VARCHAR(20)"))} j
             """,
            new { now, people = JsonSerializer.Serialize(page.Select(r => new { name = r.Name, email = r.Email, role = r.Role, password = OneTimeCodes.Hash(OneTimeCodes.Derive(key, Label(id, r.Line))) })) },
            transaction, cancellationToken: cancel));

    private Task RenameAsync((ImportRow Row, KnownPerson Person)[] page, DateTime now, DbConnection connection, DbTransaction transaction, CancellationToken cancel) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"""
             INSERT INTO users (id, name, email, password, role, updated_at)
             SELECT u.id, j.name, u.email, u.password, u.role, @now FROM {database.Dialect.JsonRows("people", ("id", "BIGINT"), ("name", "VARCHAR(255)"))} j JOIN users u ON u.id = j.id
             WHERE 1 = 1 {database.Dialect.OnTaken("id", "name", "updated_at")}
             """, new { now, people = JsonSerializer.Serialize(page.Select(p => new { id = p.Person.Id, name = p.Row.Name })) }, transaction, cancellationToken: cancel));
}
