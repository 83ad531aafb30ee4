using System.Globalization;
using System.Security.Claims;

namespace Absensi.Security;

public static class CurrentUser
{
    /// <summary>The signed-in person's id.</summary>
    public static long Id(this ClaimsPrincipal user) => long.Parse(user.FindFirstValue(ClaimTypes.NameIdentifier)!, CultureInfo.InvariantCulture);

    /// <summary>Whether a program asks, with a token, in somebody's name.</summary>
    public static bool IsToken(this ClaimsPrincipal user) => user.Identity?.AuthenticationType == TokenAuthentication.SchemeName;

    /// <summary>The id of the session that asks; null for a token.</summary>
    public static string? SessionId(this ClaimsPrincipal user) => user.FindFirstValue(SessionAuthentication.SessionIdClaim);
}
