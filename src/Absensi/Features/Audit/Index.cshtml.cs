using System.Globalization;
using Absensi.Core.Attendance;
using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Audit;

/// <summary>The audit log, newest first; <c>?aksi=login.refused&amp;sebelum=ID</c>.</summary>
[Authorize(Policies.Admin)]
public sealed class AuditModel(AuditLog audit, WorkRules rules) : PageModel
{
    private const int PageSize = 50;

    public IReadOnlyList<AuditRow> Rows { get; private set; } = [];

    /// <summary>The one action that is shown; null for all.</summary>
    public string? Action { get; private set; }

    /// <summary>Where the next page goes on from; null when this is the last.</summary>
    public long? Older { get; private set; }
    public bool IsFirst { get; private set; }

    public async Task OnGetAsync([FromQuery(Name = "aksi")] string? action, [FromQuery(Name = "sebelum")] string? before, CancellationToken cancel)
    {
        Action = action is not null && AuditWords.Actions.ContainsKey(action) ? action : null;
        long? place = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        IsFirst = place is null;
        var rows = await audit.PageAsync(Action, place, PageSize + 1, cancel);
        Rows = rows.Take(PageSize).ToList();
        Older = rows.Count > PageSize ? Rows[^1].Id : null;
    }

    /// <summary>Local day and time to the second.</summary>
    public string Time(AuditRow row) => rules.LocalTime(DateTime.UnixEpoch.AddSeconds(row.CreatedAt)).ToString("dd/MM/yyyy HH.mm.ss", CultureInfo.InvariantCulture);

    public static string Link(string? action, long? before) => (action, before) switch
    {
        (null, null) => "/admin/audit",
        (null, _) => $"/admin/audit?sebelum={before}",
        (_, null) => $"/admin/audit?aksi={Uri.EscapeDataString(action)}",
        _ => $"/admin/audit?aksi={Uri.EscapeDataString(action)}&sebelum={before}",
    };
}
