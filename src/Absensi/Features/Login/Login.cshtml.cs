using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Login;

[AllowAnonymous]
public sealed class LoginModel(PasswordLogin login, AuditLog audit, Database database, WorkRules rules) : PageModel
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

        var (user, retryAfter) = await login.CheckAsync(HttpContext, Email, password!, cancel);
        if (user is null) return await RefusedAsync(retryAfter, json, cancel);

        await login.StartSessionAsync(HttpContext, user, cancel);
        await audit.WriteAsync(HttpContext, AuditActions.LoggedIn, "", cancel);
        return json ? new JsonResult(new { success = true, redirect = Home(user.IsAdmin) }) : Redirect(Home(user.IsAdmin));
    }

    public static string Home(bool admin) => admin ? "/admin/dashboard" : "/dashboard";

    private async Task<IActionResult> RefusedAsync(long retryAfter, bool json, CancellationToken cancel)
    {
        var (status, message) = retryAfter == 0 ? (422, Wrong) : (429, Errors.Errors.Message(429));
        if (retryAfter > 0) Response.Headers.RetryAfter = retryAfter.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (json) return new JsonResult(new Errors.Failure(false, message), Json.Options) { StatusCode = status };
        return await AgainAsync(status, retryAfter == 0 ? message : $"Terlalu banyak percobaan masuk. Tunggu {Wait(retryAfter)}, lalu coba lagi.", cancel);
    }

    private static string Wait(long seconds) => seconds < 60 ? $"{seconds} detik" : $"{(seconds + 59) / 60} menit";

    private async Task<IActionResult> AgainAsync(int status, string error, CancellationToken cancel)
    {
        Response.StatusCode = status;
        Error = error;
        await LoadAsync(cancel);
        return Page();
    }

    private async Task LoadAsync(CancellationToken cancel) => Now = rules.LocalTime(await database.UtcNowAsync(cancel));
}
