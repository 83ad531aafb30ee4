using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Profile;

/// <summary>A person's own account: who they are here, and where they are logged in.</summary>
[Authorize(Policies.Person)]
public sealed class ProfileModel(Sessions sessions, AuditLog audit) : PageModel
{
    public SessionUser Person { get; private set; } = null!;
    public IReadOnlyList<OwnSession> Sessions { get; private set; } = [];

    /// <summary>The password has just been changed.</summary>
    public bool PasswordChanged { get; private set; }

    public async Task OnGetAsync([FromQuery(Name = "sandi")] string? password, CancellationToken cancel)
    {
        Person = HttpContext.Features.Get<SessionUser>()!;
        PasswordChanged = password == "baru";
        Sessions = await sessions.OfUserAsync(User.Id(), cancel);
    }

    public async Task<IActionResult> OnPostEndAsync([FromForm] string? id, CancellationToken cancel)
    {
        if (id is { Length: 64 } && await sessions.EndOfUserAsync(User.Id(), id, cancel) > 0) await audit.WriteAsync(HttpContext, AuditActions.SessionEnded, "", cancel);
        return Redirect("/profil");
    }

    public async Task<IActionResult> OnPostEndAllAsync(CancellationToken cancel)
    {
        await sessions.EndOfUserAsync(User.Id(), only: null, cancel);
        await audit.WriteAsync(HttpContext, AuditActions.SessionsEnded, "", cancel);
        SessionAuthentication.DeleteCookie(HttpContext);
        return Redirect("/login");
    }
}
