using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Login;

[AllowAnonymous]
public sealed class LoginModel(Users users, Sessions sessions, Database database, WorkRules rules) : PageModel
{
    public const string Wrong = "Email atau kata sandi tidak cocok. Periksa kembali, atau hubungi admin bila Anda lupa.";

    /// <summary>What was typed; kept when the log-in fails.</summary>
    public string Email { get; private set; } = "";
    public string? Error { get; private set; }
    public DateTime Now { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancel)
    {
        if (User.Identity?.IsAuthenticated == true) return Redirect(Home(User.IsInRole(Roles.Admin)));
        await LoadAsync(cancel);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? email, [FromForm] string? password, CancellationToken cancel)
    {
        Email = (email ?? "").Trim();
        var json = Errors.Errors.WantsJson(Request);
        var missing = new Dictionary<string, string[]>();
        if (Email.Length is 0 or > 255) missing["email"] = ["The email field is required."];
        if (string.IsNullOrEmpty(password) || password.Length > 1000) missing["password"] = ["The password field is required."];
        if (missing.Count > 0)
            return json ? new JsonResult(Errors.ValidationFailure.Of(missing), Json.Options) { StatusCode = 400 } : await AgainAsync(400, "Isi email dan kata sandi Anda.", cancel);

        var user = await users.FindAsync(Email, cancel);
        if (!await Passwords.CheckAsync(password!, user?.Password, cancel) || user is not { Active: true })
            return json ? new JsonResult(new Errors.Failure(false, Wrong), Json.Options) { StatusCode = 422 } : await AgainAsync(422, Wrong, cancel);

        // A session from before the log-in ends here, so that nobody else can be holding the one that goes on.
        if (SessionAuthentication.Token(Request) is { } old) await sessions.EndAsync(old, cancel);
        var token = await sessions.StartAsync(user.Id, HttpContext.Connection.RemoteIpAddress?.ToString(), Request.Headers.UserAgent, cancel);
        SessionAuthentication.SetCookie(HttpContext, token);
        return json ? new JsonResult(new { success = true, redirect = Home(user.IsAdmin) }) : Redirect(Home(user.IsAdmin));
    }

    public static string Home(bool admin) => admin ? "/admin/dashboard" : "/dashboard";

    private async Task<IActionResult> AgainAsync(int status, string error, CancellationToken cancel)
    {
        Response.StatusCode = status;
        Error = error;
        await LoadAsync(cancel);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancel) => Now = rules.LocalTime(await database.UtcNowAsync(cancel));
}
