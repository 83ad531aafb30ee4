using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Absensi.Storage;

namespace Absensi.Security;

/// <summary>One try at a password: at whose account, from where, and whether from a browser that has been let in there before.</summary>
/// <param name="Origin">Where it comes from: an address, or the known browser itself.</param>
public sealed record LoginAttempt(string Account, string Origin, string Address, bool KnownBrowser);

/// <summary>
/// Slows down those who guess. Only failures count, in the database, so all nodes know of them. Someone who fails at one
/// account from one place soon waits for minutes; all together may go on failing at an account, or from an address, only
/// slowly. A browser that was let in before is counted by itself alone: nobody else's failures keep its owner out.
/// </summary>
public sealed class LoginThrottle(Database database) : IDisposable
{
    private const string Everyone = "*";
    private const int ForgottenAfter = 1800;

    // One try at an account at a time on this node, so that many at once can't all be let through before the first has failed.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    public static LoginAttempt Attempt(HttpContext context, string email, KnownBrowsers browsers)
    {
        var account = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant())));
        var address = Caller.Origin(context);
        var browser = browsers.Find(context.Request, account);
        return new LoginAttempt(account, browser ?? address, address, browser is not null);
    }

    /// <summary>Waits for the account's turn; disposing lets the next one have it.</summary>
    public async Task<IDisposable> EnterAsync(LoginAttempt attempt, CancellationToken cancel)
    {
        var turn = _turns[Convert.FromHexString(attempt.Account.AsSpan(0, 2))[0]];
        await turn.WaitAsync(cancel);
        return new Turn(turn);
    }

    /// <returns>Seconds that are still to be waited; 0 when it may be tried now.</returns>
    public async Task<long> WaitAsync(LoginAttempt attempt, CancellationToken cancel) =>
        (await FailuresAsync(attempt, cancel)).Select(f => Pause(f) - f.Ago).Append(0).Max();

    /// <summary>Counts a failure for the pair, and, where the browser is a stranger, for the account and for the address.</summary>
    public async Task FailedAsync(LoginAttempt attempt, CancellationToken cancel)
    {
        var now = database.Dialect.UnixNow;
        await database.ExecuteAsync($"DELETE FROM login_failures WHERE last_at < {now} - {ForgottenAfter}", null, cancel);
        await database.ExecuteAsync(
            $"""
             INSERT INTO login_failures (account, origin, failures, last_at) SELECT k.account, k.origin, 1, {now} FROM {Keys} k WHERE 1 = 1
             {database.Dialect.OnTaken("account, origin")} failures = login_failures.failures + 1, last_at = {now}
             """, new { keys = ToJson(attempt) }, cancel);
    }

    /// <summary>Forgets the pair's failures: whoever has just logged in may mistype again tomorrow.</summary>
    public async Task SucceededAsync(LoginAttempt attempt, CancellationToken cancel)
    {
        if ((await FailuresAsync(attempt, cancel)).Any(f => f.Origin == attempt.Origin && f.Account == attempt.Account))
            await database.ExecuteAsync("DELETE FROM login_failures WHERE account = @Account AND origin = @Origin", attempt, cancel);
    }

    public void Dispose() => Array.ForEach(_turns, turn => turn.Dispose());

    /// <summary>Seconds between the last failure and the next try.</summary>
    private static long Pause(Failures failures) => failures switch
    {
        { Origin: Everyone } => Doubling(failures.Count - 20, 1, 10),
        { Account: Everyone } => Doubling(failures.Count - 300, 1, 5),
        _ => Doubling(failures.Count - 5, 15, 900),
    };

    private static long Doubling(long times, int first, int most) => times < 0 ? 0 : Math.Min((long)first << (int)Math.Min(times, 20), most);

    private static IEnumerable<(string Account, string Origin)> Counted(LoginAttempt attempt) => attempt.KnownBrowser
        ? [(attempt.Account, attempt.Origin)]
        : [(Everyone, attempt.Address), (attempt.Account, Everyone), (attempt.Account, attempt.Origin)];

    private async Task<IReadOnlyList<Failures>> FailuresAsync(LoginAttempt attempt, CancellationToken cancel)
    {
        return await database.QueryAsync<Failures>(
            $"""
             SELECT f.account, f.origin, f.failures AS count, {database.Dialect.UnixNow} - f.last_at AS ago
             FROM {Keys} k
             JOIN login_failures f ON f.account = k.account AND f.origin = k.origin
             WHERE f.last_at > {database.Dialect.UnixNow} - {ForgottenAfter}
             """, new { keys = ToJson(attempt) }, cancel);
    }

    private string Keys => database.Dialect.JsonRows("keys", ("account", "VARCHAR(64)"), ("origin", "VARCHAR(64)"));

    private static string ToJson(LoginAttempt attempt) => JsonSerializer.Serialize(Counted(attempt).Select(c => new { account = c.Account, origin = c.Origin }));

    private sealed class Failures
    {
        public string Account { get; init; } = "";
        public string Origin { get; init; } = "";
        public long Count { get; init; }
        public long Ago { get; init; }
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
