using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Absensi.Features.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Absensi.Security;

/// <summary>Reads the session cookie; answers those without one with 401 or the way to the login page, and the others' 403.</summary>
public sealed class SessionAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Sessions sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Session";
    public const string SessionIdClaim = "sid";

    // A browser takes a __Host- cookie only over TLS, and then only for this host and path.
    private static string CookieName(HttpRequest request) => request.IsHttps ? "__Host-absensi_session" : "absensi_session";

    public static string? Token(HttpRequest request) => request.Cookies[CookieName(request)];

    public static void SetCookie(HttpContext context, string token) => context.Response.Cookies.Append(CookieName(context.Request), token, Cookie(context));

    public static void DeleteCookie(HttpContext context) => context.Response.Cookies.Delete(CookieName(context.Request), Cookie(context));

    public static ClaimsPrincipal Principal(SessionUser user) => new(new ClaimsIdentity(
    [
        new Claim(ClaimTypes.NameIdentifier, user.UserId.ToString(CultureInfo.InvariantCulture)),
        new Claim(ClaimTypes.Name, user.Name),
        new Claim(ClaimTypes.Role, user.Role),
        new Claim(SessionIdClaim, user.SessionId),
    ], SchemeName));

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Token(Request) is not { Length: 43 } token) return AuthenticateResult.NoResult();
        var user = await sessions.FindAsync(token, Context.RequestAborted);
        if (user is null) return AuthenticateResult.Fail("the session has ended");
        Context.Features.Set(user);
        return AuthenticateResult.Success(new AuthenticationTicket(Principal(user), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Errors.WantsJson(Request) || Errors.IsBackgroundForm(Request)) return Errors.WriteAsync(Context, 401);
        Response.Redirect("/login");
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = 403;
        return Task.CompletedTask;
    }

    private static CookieOptions Cookie(HttpContext context) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/" };
}
