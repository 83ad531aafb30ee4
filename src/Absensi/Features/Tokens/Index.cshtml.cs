using Absensi.Core.Attendance;
using Absensi.Features.Errors;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Tokens;

[Authorize(Policies.Admin)]
public sealed class TokensModel(ApiTokens tokens, Users users, AuditLog audit, WorkRules rules) : PageModel
{
    public IReadOnlyList<ApiToken> Tokens { get; private set; } = [];
    public TokenForm Form { get; private set; } = new(null, null, null);
    public IReadOnlyDictionary<string, string[]> Problems { get; private set; } = new Dictionary<string, string[]>();

    /// <summary>The token that has just been made: shown now, and never again.</summary>
    public string? Made { get; private set; }

    public async Task OnGetAsync(CancellationToken cancel) => Tokens = await tokens.AllAsync(cancel);

    public async Task<IActionResult> OnPostAsync([FromForm] string? name, [FromForm] string? scope, [FromForm] string? email, CancellationToken cancel)
    {
        Form = new TokenForm(name, scope, email);
        var admin = (await users.FindAsync(User.Id(), cancel))!;
        var (token, failure) = await TokenRules.CheckAsync(Form, admin, users, cancel);
        if (failure is not null)
        {
            Problems = failure.Errors;
            Response.StatusCode = 400;
        }
        else
        {
            Made = await tokens.MakeAsync(token!.Name, token.Scope, token.Person.Id, admin.Id, cancel);
            await audit.WriteAsync(HttpContext, AuditActions.TokenMade, $"{token.Name} ({token.Scope}, {token.Person.Email})", CancellationToken.None);
            Form = new TokenForm(null, null, null);
        }

        await OnGetAsync(cancel);
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync([FromForm] long id, CancellationToken cancel)
    {
        if (await tokens.RevokeAsync(id, cancel) is { } name) await audit.WriteAsync(HttpContext, AuditActions.TokenRevoked, name, CancellationToken.None);
        return Redirect("/admin/token");
    }

    /// <summary>A day and a time, local, of seconds since 1970 UTC.</summary>
    public string Time(long seconds) =>
        rules.LocalTime(DateTime.UnixEpoch.AddSeconds(seconds)).ToString("dd/MM/yyyy HH.mm", System.Globalization.CultureInfo.InvariantCulture);
}
