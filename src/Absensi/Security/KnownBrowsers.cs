using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Absensi.Security;

/// <summary>
/// Remembers in a sealed, long-lived cookie as which accounts a browser has logged in. It lets nobody in; it only keeps
/// strangers' failures from slowing down the account's owner.
/// </summary>
public sealed class KnownBrowsers(IDataProtectionProvider protection)
{
    private const int MostAccounts = 8;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);
    private readonly IDataProtector _seal = protection.CreateProtector("Absensi.KnownBrowsers");

    private static string CookieName(HttpRequest request) => request.IsHttps ? "__Host-absensi_browser" : "absensi_browser";

    /// <returns>The browser's own name when it has logged in as that account before, otherwise null.</returns>
    public string? Find(HttpRequest request, string account) =>
        Read(request) is [var name, .. var accounts] && accounts.Contains(Short(account)) ? $"browser:{name}" : null;

    /// <summary>Notes that the browser has been let in as that account.</summary>
    public void Remember(HttpContext context, string account)
    {
        var known = Read(context.Request) is { Length: > 0 } parts ? parts : [Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))];
        string[] next = [known[0], Short(account), .. known.Skip(1).Where(a => a != Short(account)).Take(MostAccounts - 1)];
        context.Response.Cookies.Append(CookieName(context.Request), _seal.Protect(string.Join(',', next)), new CookieOptions
        {
            HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", MaxAge = Kept,
        });
    }

    private string[] Read(HttpRequest request)
    {
        if (request.Cookies[CookieName(request)] is not { Length: > 0 and < 1024 } cookie) return [];
        try
        {
            return _seal.Unprotect(cookie).Split(',');
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    private static string Short(string account) => account[..16];
}
