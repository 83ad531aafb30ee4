using Absensi.Storage;

namespace Absensi.Security;

/// <summary>What came of a try: the person, or null, and then how many seconds are to be waited (0: it was simply wrong).</summary>
public readonly record struct LoginResult(User? User, long RetryAfter);

/// <summary>The one place where a password is checked: at the log-in, and where a person proves who they are once more.</summary>
public sealed class PasswordLogin(Users users, LoginThrottle throttle, KnownBrowsers browsers, AuditLog audit, Sessions sessions, Settings settings)
{
    // Where there is nobody whose hash could stand in.
    private readonly Lazy<string> _nobodys = new(() => Passwords.Hash(Passwords.Random(), settings.BcryptCost));

    public async Task<LoginResult> CheckAsync(HttpContext context, string email, string password, CancellationToken cancel)
    {
        var attempt = LoginThrottle.Attempt(context, email, browsers);
        using var turn = await throttle.EnterAsync(attempt, cancel);
        var wait = await throttle.WaitAsync(attempt, cancel);
        if (wait > 0) return new LoginResult(null, wait);

        var user = await users.FindAsync(email, cancel);
        var standIn = await users.StandInHashAsync(attempt.Account, cancel);
        if (!await Passwords.CheckAsync(password, user?.Password, Passwords.IsBcrypt(standIn) ? standIn : _nobodys.Value, cancel) || user is not { Active: true })
        {
            // From here on it is written down, whether the caller waits for it or not.
            await throttle.FailedAsync(attempt, CancellationToken.None);
            var slowed = await throttle.WaitAsync(attempt, CancellationToken.None) > 0;
            // An address that nobody has may be a password typed into the wrong field.
            await audit.WriteAsync(context, slowed ? AuditActions.LoginThrottled : AuditActions.LoginRefused, user?.Email ?? "", CancellationToken.None);
            return default;
        }

        await throttle.SucceededAsync(attempt, cancel);
        browsers.Remember(context, attempt.Account);
        if (Passwords.IsWeak(user.Password, settings.BcryptCost))
            await users.RehashAsync(user.Id, user.Password, await Passwords.HashAsync(password, settings.BcryptCost, cancel), cancel);
        return new LoginResult(user, 0);
    }

    /// <summary>Gives the browser a new session; the one it had before ends, so that nobody else can be holding it.</summary>
    public async Task StartSessionAsync(HttpContext context, User user, CancellationToken cancel)
    {
        if (SessionAuthentication.Token(context.Request) is { } old) await sessions.EndAsync(old, cancel);
        var token = await sessions.StartAsync(user.Id, Caller.Address(context), Caller.UserAgent(context), cancel);
        SessionAuthentication.SetCookie(context, token);
        context.User = SessionAuthentication.Principal(new SessionUser { UserId = user.Id, Name = user.Name, Role = user.Role });
        Csrf.IssueToken(context);
    }
}
