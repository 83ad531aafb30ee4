using Absensi.Security;

namespace Absensi.Features.Topology;

public static class TopologyEndpoints
{
    public static void MapTopology(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/klaster", (TopologyQuery query, CancellationToken cancel) => query.ReadAsync(cancel))
            .RequireAuthorization(Policies.Admin).WithSummary("The processes of the cluster, how they fare, and when each did its part for the latest events");
}
