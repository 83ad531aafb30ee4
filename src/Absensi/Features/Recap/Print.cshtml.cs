using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Recap;

/// <summary>The recap on paper: A4 landscape, with room to sign.</summary>
[Authorize(Policies.Admin)]
public sealed class PrintModel(RecapQuery query, Database database, WorkRules rules) : PageModel
{
    public MonthRecap Recap { get; private set; } = null!;

    /// <summary>Local wall time of the database.</summary>
    public DateTime PrintedAt { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancel)
    {
        PrintedAt = rules.LocalTime(await database.UtcNowAsync(cancel));
        var today = DateOnly.FromDateTime(PrintedAt);
        var (month, failure) = RecapMonth.Read(Request.Query, today);
        if (failure is not null) return new StatusCodeResult(400);
        Recap = await query.OfAsync(month, today, cancel);
        return Page();
    }
}
