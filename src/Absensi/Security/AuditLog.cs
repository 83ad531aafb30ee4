using System.Data.Common;
using System.Security.Claims;
using System.Text.Json;
using Absensi.Storage;
using Dapper;

namespace Absensi.Security;

/// <summary>What is worth a line in the audit log.</summary>
public static class AuditActions
{
    public const string
        LoggedIn = "login.accepted", LoginRefused = "login.refused", LoginThrottled = "login.throttled", LoggedOut = "logout",
        PasswordChanged = "password.changed", SessionEnded = "session.ended", SessionsEnded = "sessions.ended",
        PersonAdded = "user.added", PersonChanged = "user.changed", RoleChanged = "user.role-changed", PersonShutOut = "user.deactivated", PersonLetIn = "user.activated",
        PasswordReset = "password.reset", PeopleImported = "users.imported", FirstPasswordsTaken = "first-passwords.downloaded", Exported = "data.exported", LocationViewed = "location.viewed",
        TokenMade = "token.made", TokenRevoked = "token.revoked", TokenUsed = "token.used",
        Staged = "stage.played";
}

public sealed class AuditRow
{
    public long Id { get; init; }

    /// <summary>Seconds since 1970 UTC, by the database's clock.</summary>
    public long CreatedAt { get; init; }
    public string Action { get; init; } = "";
    public string? UserName { get; init; }
    public string Subject { get; init; } = "";
    public string Address { get; init; } = "";
    public string UserAgent { get; init; } = "";
    public string NodeId { get; init; } = "";
}

/// <summary>Who did what, when and from where. The program only ever adds to it. Passwords, tokens and session ids are no subjects.</summary>
public sealed class AuditLog(Database database, Settings settings)
{
    /// <summary>Stands in the place of an address for what is done at the server itself.</summary>
    public const string Console = "console";

    /// <param name="subject">What it was done to, in words that may be shown: a name, an address, a filter.</param>
    /// <param name="userId">Who did it, where the request itself does not say (a log-in).</param>
    public Task WriteAsync(HttpContext context, string action, string subject, CancellationToken cancel, long? userId = null)
    {
        var actor = userId ?? (context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } id ? long.Parse(id, System.Globalization.CultureInfo.InvariantCulture) : null);
        return WriteAsync(action, subject, actor, Caller.Address(context), Caller.UserAgent(context), cancel);
    }

    /// <summary>For what is done at the console, by whoever sits there.</summary>
    public Task WriteAsync(string action, string subject, CancellationToken cancel) => WriteAsync(action, subject, null, Console, "", cancel);

    /// <summary>One action done to many, in the transaction that does it.</summary>
    public async Task WriteManyAsync(HttpContext context, string action, IEnumerable<string> subjects, DbConnection connection, DbTransaction transaction)
    {
        var (actor, address, userAgent, sql) = (context.User.Id(), Caller.Address(context), Caller.UserAgent(context), database.Dialect);
        foreach (var page in subjects.Chunk(1000))
        {
            await connection.ExecuteAsync(
                $"""
                 INSERT INTO audit_logs (created_at, action, user_id, subject, address, user_agent, node_id)
                 SELECT {sql.UnixNow}, @action, @actor, j.subject, @address, @userAgent, @nodeId FROM {sql.JsonRows("rows", ("subject", "VARCHAR(255)"))} j
                 """, new { action, actor, address, userAgent, nodeId = settings.NodeId, rows = JsonSerializer.Serialize(page.Select(s => new { subject = Caller.Printable(s, 255) })) }, transaction);
        }
    }

    /// <param name="before">Rows older than this id; null for the newest.</param>
    public Task<IReadOnlyList<AuditRow>> PageAsync(string? action, long? before, int limit, CancellationToken cancel) =>
        database.QueryAsync<AuditRow>(
            $"""
             SELECT l.id, l.created_at, l.action, u.name AS user_name, l.subject, l.address, l.user_agent, l.node_id
             FROM audit_logs l LEFT JOIN users u ON u.id = l.user_id
             WHERE l.id < @before {(action is null ? "" : "AND l.action = @action")} ORDER BY l.id DESC LIMIT @limit
             """, new { action, before = before ?? long.MaxValue, limit }, cancel);

    private Task WriteAsync(string action, string subject, long? userId, string address, string userAgent, CancellationToken cancel) =>
        database.ExecuteAsync(
            $"""
             INSERT INTO audit_logs (created_at, action, user_id, subject, address, user_agent, node_id)
             VALUES ({database.Dialect.UnixNow}, @action, @userId, @subject, @address, @userAgent, @nodeId)
             """, new { action, userId, subject = Caller.Printable(subject, 255), address, userAgent, nodeId = settings.NodeId }, cancel);
}
