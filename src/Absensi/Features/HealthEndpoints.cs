using Absensi.Storage;

namespace Absensi.Features;

/// <summary>For the balancer: <c>live</c> while the process answers at all, <c>ready</c> while it should get work.</summary>
public static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").AllowAnonymous();
        health.MapGet("/live", () => new Health("live")).WithSummary("200 while the process lives");
        health.MapGet("/ready", ReadyAsync).WithSummary("503 while the node is draining or has no database");
    }

    private static async Task<IResult> ReadyAsync(Database database, IHostApplicationLifetime lifetime, CancellationToken cancel)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return Results.Json(new Health("draining"), Json.Options, statusCode: 503);
        // Not merely no longer waited for but ended: probes of a database that hangs must not pile up.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await database.FirstAsync<int>("SELECT 1 FROM event_head", null, patience.Token);
            return Results.Json(new Health("ready"), Json.Options);
        }
        catch (Exception fault) when (fault is OperationCanceledException || database.Dialect.IsUnavailable(fault))
        {
            return Results.Json(new Health("no database"), Json.Options, statusCode: 503);
        }
    }
}

public sealed record Health(string Status);
