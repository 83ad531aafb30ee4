using Absensi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Topology;

[Authorize(Policies.Admin)]
public sealed class TopologyModel(TopologyQuery query) : PageModel
{
    public ClusterView View { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken cancel) => View = await query.ReadAsync(cancel);
}
