using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Absensi.Features.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Absensi.Security;

/// <summary>
/// <c>Authorization: Bearer absensi_…</c>. A request with this header is its token's and nobody else's: a session cookie
/// beside it is not looked at.
/// </summary>
public sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Token";
    public const string ScopeClaim = "scope";

    private const string Bearer = "Bearer ";

    public static bool IsUsedBy(HttpRequest request) => request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var text = Request.Headers.Authorization.ToString();
        var given = text.Length > Bearer.Length ? text[Bearer.Length..].Trim() : "";
        if (given.Length != ApiTokens.Length || !given.StartsWith(ApiTokens.Prefix, StringComparison.Ordinal)) return AuthenticateResult.NoResult();
        if (await tokens.FindAsync(given, Context.RequestAborted) is not { } token) return AuthenticateResult.NoResult();
        Context.Features.Set(token);
        return AuthenticateResult.Success(new AuthenticationTicket(Principal(token), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Errors.WriteAsync(Context, 401, "Token tidak berlaku. Mintalah token baru kepada admin.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Errors.WriteAsync(Context, 403);

    private static ClaimsPrincipal Principal(ApiToken token) => new(new ClaimsIdentity(
    [
        new Claim(ClaimTypes.NameIdentifier, token.UserId.ToString(CultureInfo.InvariantCulture)),
        new Claim(ClaimTypes.Name, token.UserName),
        new Claim(ClaimTypes.Role, token.UserRole),
        new Claim(ScopeClaim, token.Scope),
    ], SchemeName));
}
