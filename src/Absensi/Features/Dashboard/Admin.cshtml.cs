using Absensi.Core.Attendance;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Dashboard;

[Authorize(Policies.Admin)]
public sealed class AdminModel(DashboardQuery query, Database database, WorkRules rules) : PageModel
{
    public DashboardData Data { get; private set; } = null!;

    /// <summary>Local wall time of the database.</summary>
    public DateTime Now { get; private set; }
    public WorkRules Rules => rules;

    public async Task OnGetAsync(CancellationToken cancel)
    {
        Now = rules.LocalTime(await database.UtcNowAsync(cancel));
        Data = await query.DataAsync(cancel);
    }
}
