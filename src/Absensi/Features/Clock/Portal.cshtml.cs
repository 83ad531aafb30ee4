using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Clock;

/// <summary>The employee's own page: today, one button, the week so far.</summary>
[Authorize(Policies.Karyawan)]
public sealed class PortalModel(Database database, EventLog log, WorkRules rules) : PageModel
{
    private const int RememberedDays = 28;

    public DateTime Now { get; private set; }

    /// <summary>The log's last position before the rows were read.</summary>
    public long LastId { get; private set; }
    public WorkRules Rules => rules;
    public AttendanceRow? Today { get; private set; }

    /// <summary>This week's rows from Monday on, those there are.</summary>
    public IReadOnlyList<AttendanceRow> Week { get; private set; } = [];

    /// <summary>The rows of the weeks before today, for where this person usually is.</summary>
    public IReadOnlyList<AttendanceRow> Before { get; private set; } = [];
    public bool IsNew => Today?.JamMasuk is null;
    public bool IsWorking => Today is { JamMasuk: not null, JamPulang: null };
    public bool IsDone => !IsNew && !IsWorking;

    public async Task OnGetAsync(CancellationToken cancel)
    {
        // The position first: whatever is committed meanwhile comes again over the feed rather than not at all.
        LastId = await log.LastIdAsync(cancel);
        Now = rules.LocalTime(await database.UtcNowAsync(cancel));
        var today = DateOnly.FromDateTime(Now);
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var rows = await database.QueryAsync<AttendanceRow>(
            $"SELECT {AttendanceRow.Columns} FROM attendances a WHERE a.user_id = @userId AND a.date BETWEEN @from AND @today ORDER BY a.date",
            new { userId = User.Id(), from = today.AddDays(-RememberedDays), today }, cancel);
        Week = [.. rows.Where(r => r.Date >= monday)];
        Before = [.. rows.Where(r => r.Date < today)];
        Today = Week.FirstOrDefault(a => a.Date == today);
    }
}
