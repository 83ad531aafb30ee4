using Absensi.Features.Login;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Profile;

/// <summary>Where a password is changed; by choice, or because the first one was made up by somebody else.</summary>
[Authorize(Policies.Person), AllowFirstPassword]
public sealed class PasswordModel(PasswordLogin login, Users users, Sessions sessions, AuditLog audit, Settings settings) : PageModel
{
    public bool IsFirst { get; private set; }

    /// <summary>What is wrong, by form field.</summary>
    public IReadOnlyDictionary<string, string> Problems { get; private set; } = new Dictionary<string, string>();

    public void OnGet() => IsFirst = HttpContext.Features.Get<SessionUser>()!.MustChangePassword;

    public async Task<IActionResult> OnPostAsync([FromForm] string? current, [FromForm] string? password, [FromForm] string? again, CancellationToken cancel)
    {
        OnGet();
        var person = HttpContext.Features.Get<SessionUser>()!;
        if (string.IsNullOrEmpty(current) || current.Length > 1000) return Refused(400, "current", "Isi kata sandi Anda yang sekarang.");
        if (PasswordRules.Problem(password ?? "", person.Name, person.Email) is { } problem) return Refused(400, "password", problem);
        if (password != again) return Refused(400, "again", "Kedua kata sandi baru tidak sama. Ketik ulang.");
        if (password == current) return Refused(400, "password", "Kata sandi baru harus berbeda dari yang sekarang.");

        var (user, retryAfter) = await login.CheckAsync(HttpContext, person.Email, current, cancel);
        if (retryAfter > 0) Response.Headers.RetryAfter = retryAfter.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (user is null) return retryAfter > 0 ? Refused(429, "current", Errors.Errors.Message(429)) : Refused(422, "current", "Kata sandi yang sekarang tidak cocok. Periksa kembali.");

        await users.SetPasswordAsync(user.Id, await Passwords.HashAsync(password!, settings.BcryptCost, cancel), mustChange: false, CancellationToken.None);
        await sessions.EndOfUserAsync(user.Id, only: null, CancellationToken.None);
        await login.StartSessionAsync(HttpContext, user, CancellationToken.None);
        await audit.WriteAsync(HttpContext, AuditActions.PasswordChanged, "", CancellationToken.None);
        var next = IsFirst ? LoginModel.Home(user.IsAdmin) : "/profil?sandi=baru";
        return Errors.Errors.WantsJson(Request) ? new JsonResult(new { success = true, redirect = next }) : Redirect(next);
    }

    private IActionResult Refused(int status, string field, string problem)
    {
        Problems = new Dictionary<string, string> { [field] = problem };
        if (Errors.Errors.WantsJson(Request)) return new JsonResult(new Errors.ValidationFailure(false, problem, new Dictionary<string, string[]> { [field] = [problem] }), Json.Options) { StatusCode = status };
        Response.StatusCode = status;
        return Page();
    }
}
