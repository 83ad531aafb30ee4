using System.Data.Common;
using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;
using Dapper;

namespace Absensi.Features.Employees;

/// <summary>What came of a change: done, or why not.</summary>
public enum Change { Done, NoSuchPerson, EmailTaken, Oneself, LastAdmin }

/// <summary>
/// Changes of accounts, each noted in the audit log. Nobody changes their own rights, and the last active admin keeps
/// theirs: so there is always somebody who can put things right. Whoever loses rights or gets a new password is logged out.
/// </summary>
public sealed class EmployeeChanges(Database database, Users users, Sessions sessions, AuditLog audit, WorkRules rules, Settings settings)
{
    /// <returns>The new person's id and one-time password, which can't be had again; null when the address is taken.</returns>
    public async Task<(long Id, string Password)?> AddAsync(HttpContext by, EmployeeForm person, CancellationToken cancel)
    {
        var password = Passwords.Random();
        var hash = await Passwords.HashAsync(password, settings.BcryptCost, cancel);
        if (await users.AddAsync(person.Name, person.Email, hash, person.Role, mustChangePassword: true, await NowAsync(cancel), cancel) is not { } id) return null;
        await audit.WriteAsync(by, AuditActions.PersonAdded, $"{person.Email} ({person.Role})", CancellationToken.None);
        return (id, password);
    }

    public async Task<Change> UpdateAsync(HttpContext by, long id, EmployeeForm to, CancellationToken cancel)
    {
        var now = await NowAsync(cancel);
        User? before = null;
        try
        {
            var change = await LockedAsync(id, async (person, admins, connection, transaction) =>
            {
                before = person;
                if (person.Role != to.Role && Refusal(person, admins, by) is { } refusal) return refusal;
                await connection.ExecuteAsync("UPDATE users SET name = @Name, email = @Email, role = @Role, updated_at = @now WHERE id = @id",
                    new { to.Name, to.Email, to.Role, now, id }, transaction);
                return Change.Done;
            }, cancel);
            if (change != Change.Done) return change;
        }
        catch (Exception fault) when (database.Dialect.IsTaken(fault))
        {
            return Change.EmailTaken;
        }

        if (before!.Role != to.Role)
        {
            await sessions.EndOfUserAsync(id, only: null, CancellationToken.None);
            await audit.WriteAsync(by, AuditActions.RoleChanged, $"{to.Email}: {before.Role} → {to.Role}", CancellationToken.None);
        }

        (string Before, string After)[] changes = [(before.Name, to.Name), (before.Email, to.Email)];
        foreach (var (was, becomes) in changes.Where(c => c.Before != c.After))
            await audit.WriteAsync(by, AuditActions.PersonChanged, $"{before.Email}: {was} → {becomes}", CancellationToken.None);
        return Change.Done;
    }

    /// <summary>Lets somebody in, or shuts them out; what they did stays as it is.</summary>
    public async Task<Change> SetActiveAsync(HttpContext by, long id, bool active, CancellationToken cancel)
    {
        var now = await NowAsync(cancel);
        User? before = null;
        var change = await LockedAsync(id, async (person, admins, connection, transaction) =>
        {
            before = person;
            if (!active && person.Active && Refusal(person, admins, by) is { } refusal) return refusal;
            await connection.ExecuteAsync("UPDATE users SET active = @active, updated_at = @now WHERE id = @id", new { active, now, id }, transaction);
            return Change.Done;
        }, cancel);
        if (change != Change.Done || before!.Active == active) return change;
        if (!active) await sessions.EndOfUserAsync(id, only: null, CancellationToken.None);
        await audit.WriteAsync(by, active ? AuditActions.PersonLetIn : AuditActions.PersonShutOut, before.Email, CancellationToken.None);
        return Change.Done;
    }

    /// <summary>Gives somebody a one-time password in the place of their own; it can't be had again.</summary>
    public async Task<(Change Change, string? Password)> ResetPasswordAsync(HttpContext by, long id, CancellationToken cancel)
    {
        if (id == by.User.Id()) return (Change.Oneself, null);
        if (await users.FindAsync(id, cancel) is not { } person) return (Change.NoSuchPerson, null);
        var password = Passwords.Random();
        await users.SetPasswordAsync(id, await Passwords.HashAsync(password, settings.BcryptCost, cancel), mustChange: true, CancellationToken.None);
        await sessions.EndOfUserAsync(id, only: null, CancellationToken.None);
        await audit.WriteAsync(by, AuditActions.PasswordReset, person.Email, CancellationToken.None);
        return (Change.Done, password);
    }

    private static Change? Refusal(User person, IReadOnlyCollection<long> admins, HttpContext by) =>
        person.Id == by.User.Id() ? Change.Oneself : admins.Count == 1 && admins.Contains(person.Id) ? Change.LastAdmin : null;

    /// <summary>Decides and writes while nobody else can make or unmake an admin: two admins can't shut each other out at once.</summary>
    private Task<Change> LockedAsync(long id, Func<User, IReadOnlyCollection<long>, DbConnection, DbTransaction, Task<Change>> decide, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction) =>
        {
            var lockRows = database.Dialect.ForUpdate;
            var admins = (await connection.QueryAsync<long>($"SELECT id FROM users WHERE role = 'admin' AND active = 1 ORDER BY id {lockRows}", null, transaction)).AsList();
            var person = await connection.QueryFirstOrDefaultAsync<User>($"SELECT id, name, email, role, active FROM users WHERE id = @id {lockRows}", new { id }, transaction);
            return person is null ? Change.NoSuchPerson : await decide(person, admins, connection, transaction);
        }, cancel);

    private async Task<DateTime> NowAsync(CancellationToken cancel) => rules.LocalTime(await database.UtcNowAsync(cancel));
}
