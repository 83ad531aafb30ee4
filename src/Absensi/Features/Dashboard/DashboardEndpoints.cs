using Absensi.Security;

namespace Absensi.Features.Dashboard;

public static class DashboardEndpoints
{
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/dashboard").RequireAuthorization(Policies.ReadEveryone);
        api.MapGet("/data", DataAsync).Produces<DashboardData>().WithSummary("Metrics, the latest ten taps and the servers");
        api.MapGet("/metrics", async (DashboardSnapshot snapshot, CancellationToken cancel) => (await snapshot.NowAsync(cancel)).Data.Metrics).WithSummary("The metrics alone");
    }

    private static async Task DataAsync(HttpContext context, DashboardSnapshot snapshot)
    {
        var (_, json) = await snapshot.NowAsync(context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
