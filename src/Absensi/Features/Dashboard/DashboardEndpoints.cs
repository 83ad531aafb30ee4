using Absensi.Security;

namespace Absensi.Features.Dashboard;

public static class DashboardEndpoints
{
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/dashboard").RequireAuthorization(Policies.ReadEveryone);
        api.MapGet("/data", (DashboardQuery query, CancellationToken cancel) => query.DataAsync(cancel)).WithSummary("Metrics, the latest ten taps and the servers");
        api.MapGet("/metrics", (DashboardQuery query, CancellationToken cancel) => query.MetricsAsync(cancel)).WithSummary("The metrics alone");
    }
}
