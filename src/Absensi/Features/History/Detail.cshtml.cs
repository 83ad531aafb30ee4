using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Features.Shared;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.History;

/// <summary>One day of one person: the facts, why the status is what it is, and every log entry behind it.</summary>
[Authorize(Policies.ReadAttendance)]
public sealed class DetailModel(HistoryQuery query, EventLog log, WorkRules rules, AuditLog audit) : PageModel
{
    public AttendanceRow Row { get; private set; } = null!;
    public IReadOnlyList<LogEntry> Trail { get; private set; } = [];

    /// <summary>Whether each entry's hash is what its content and the entry before make it.</summary>
    public bool ChainIntact { get; private set; }

    /// <summary>The rule the clock-in was judged by, as its entry recorded it; today's rule for rows older than the log.</summary>
    public TimeOnly WorkStart { get; private set; }

    /// <summary>Where the day's taps were made, those that have a place.</summary>
    public IReadOnlyList<(ClockKind Kind, Pin Pin)> Pins { get; private set; } = [];

    /// <summary>Where the same person clocked in on the days before: latitude, longitude.</summary>
    public IReadOnlyList<double[]> Before { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken cancel)
    {
        if (!long.TryParse(id, out var number) || await query.FindAsync(number, cancel) is not { } row) return NotFound();
        if (!User.IsInRole(Roles.Admin) && row.UserId != User.Id()) return StatusCode(403);
        if (row.UserId != User.Id()) await audit.WriteAsync(HttpContext, AuditActions.LocationViewed, $"{row.UserName}, {row.Date:yyyy-MM-dd}", cancel);
        Row = row;
        Trail = await log.OfAttendanceAsync(number, cancel);
        ChainIntact = true;
        foreach (var entry in Trail) ChainIntact &= entry.Hash == HashChain.Compute(await log.HashBeforeAsync(entry.Id, cancel), entry);
        var facts = Trail.Select(e => AttendanceFact.Parse(e.Payload)).ToList();
        WorkStart = facts.FirstOrDefault(f => f.Type == ClockKind.In)?.WorkStart ?? rules.WorkStart;
        Pins = [.. PinsOf(row, facts)];
        if (Pins.Count > 0) Before = await query.PlacesBeforeAsync(row.UserId, row.Date!.Value, cancel);
        return Errors.Errors.WantsJson(Request) ? new JsonResult(new { success = true, data = HistoryRow.Of(row) }, Json.Options) : Page();
    }

    private static IEnumerable<(ClockKind, Pin)> PinsOf(AttendanceRow row, IReadOnlyList<AttendanceFact> facts)
    {
        double? Accuracy(ClockKind kind) => facts.FirstOrDefault(fact => fact.Type == kind)?.Accuracy;
        if (Pin.At(row.ClockedInFrom, Accuracy(ClockKind.In)) is { } start) yield return (ClockKind.In, start);
        if (Pin.At(row.ClockedOutFrom, Accuracy(ClockKind.Out)) is { } end) yield return (ClockKind.Out, end);
    }
}
