using Absensi.Features.Errors;
using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Recap;

/// <summary>The month by person and by day: what salaries are paid from.</summary>
[Authorize(Policies.Admin)]
public sealed class IndexModel(RecapQuery query) : PageModel
{
    public DateOnly Today { get; private set; }
    public MonthRecap Recap { get; private set; } = null!;
    public ValidationFailure? Failure { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancel)
    {
        Today = await query.TodayAsync(cancel);
        (var month, Failure) = RecapMonth.Read(Request.Query, Today);
        var json = Errors.Errors.WantsJson(Request);
        if (Failure is not null)
        {
            Response.StatusCode = 400;
            if (json) return new JsonResult(Failure, Json.Options) { StatusCode = 400 };
        }

        Recap = await query.OfAsync(month, Today, cancel);
        return json ? new JsonResult(new { success = true, data = new { month = RecapMonth.Text(month), people = Recap.People, days = Recap.Days } }, Json.Options) : Page();
    }
}
