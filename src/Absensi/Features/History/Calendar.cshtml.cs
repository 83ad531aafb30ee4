using System.Globalization;
using Absensi.Features.Errors;
using Absensi.Features.Recap;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.History;

/// <summary>One person's month, day by day: one's own, or anybody's for an admin.</summary>
[Authorize(Policies.ReadAttendance)]
public sealed class CalendarModel(CalendarQuery query, RecapQuery recap) : PageModel
{
    public PersonMonth Calendar { get; private set; } = null!;
    public ValidationFailure? Failure { get; private set; }
    public bool Everyone => User.IsInRole(Roles.Admin);

    public async Task<IActionResult> OnGetAsync(CancellationToken cancel)
    {
        var json = Errors.Errors.WantsJson(Request);
        var today = await recap.TodayAsync(cancel);
        (var month, Failure) = RecapMonth.Read(Request.Query, today);
        var person = User.Id();
        var asked = Request.Query["karyawan"].ToString();
        if (asked.Length == 0 && Everyone && !json) return Redirect("/admin/karyawan"); // whose month, an admin chooses there
        if (asked.Length == 0 ? Everyone : !long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out person))
        {
            Failure = ValidationFailure.Of(new Dictionary<string, string[]> { ["karyawan"] = ["The karyawan must be a person's id."] });
            if (!json) return StatusCode(400);
        }
        else if (!Everyone && person != User.Id()) return StatusCode(403);

        if (Failure is not null)
        {
            Response.StatusCode = 400;
            if (json) return new JsonResult(Failure, Json.Options) { StatusCode = 400 };
        }

        if (await query.OfAsync(person, month, today, cancel) is not { } calendar) return NotFound();
        Calendar = calendar;
        return json ? new JsonResult(new { success = true, data = Answer() }, Json.Options) : Page();
    }

    private object Answer() => new
    {
        Calendar.UserId, Calendar.Name, Month = RecapMonth.Text(Calendar.Month), Calendar.Present, Calendar.Late, Calendar.Absent, Calendar.WorkedMinutes,
        Days = Calendar.Days.Select(d => new { d.Date, Kind = d.Kind.ToString().ToLowerInvariant(), Attendance = d.Row is { } row ? HistoryRow.Of(row) : null }),
    };
}
