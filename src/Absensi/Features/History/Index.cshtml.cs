using Absensi.Features.Errors;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.History;

/// <summary>Attendance as a list: one's own, or everyone's for an admin.</summary>
[Authorize(Policies.ReadAttendance)]
public sealed class IndexModel(HistoryQuery query) : PageModel
{
    public HistoryFilter Filter { get; private set; } = null!;
    public HistoryPage History { get; private set; } = new([], null, null);
    public HistoryCount Count { get; private set; } = new(0, false);
    public ValidationFailure? Failure { get; private set; }
    public bool Everyone => User.IsInRole(Roles.Admin);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancel)
    {
        (Filter, Failure) = HistoryFilter.Read(Request.Query);
        var json = Errors.Errors.WantsJson(Request);
        if (Failure is not null)
        {
            Response.StatusCode = 400;
            return json ? new JsonResult(Failure, Json.Options) { StatusCode = 400 } : Page();
        }

        var onlyUser = Everyone ? (long?)null : User.Id();
        History = await query.PageAsync(Filter, onlyUser, cancel);
        Count = await query.CountAsync(Filter, onlyUser, cancel);
        return json ? new JsonResult(Answer(), Json.Options) : Page();
    }

    private object Answer() => new
    {
        success = true,
        data = History.Rows.Select(HistoryRow.Of),
        older = History.Older?.ToString(),
        newer = History.Newer?.ToString(),
        cut_short = History.CutShort,
        count = Count.Rows,
        count_is_more = Count.More,
    };
}
