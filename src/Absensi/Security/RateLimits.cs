using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Diagnostics;

namespace Absensi.Security;

/// <summary>
/// Against floods, not against work: buckets that refill, per person where there is one and otherwise per address. Each
/// node has its own, so N nodes let through up to N times as much. Reading is free except for exports; so is the health check.
/// </summary>
public static class RateLimits
{
    // A person taps twice a day; a client that repeats itself gets 600 at once and 20 a second.
    private static readonly Bucket Writing = new("write", 600, 20);

    // An office of thousands behind one address logs in within minutes; the password checks themselves are far slower than this.
    private static readonly Bucket Knocking = new("knock", 5000, 200);

    private static readonly Bucket Exporting = new("export", 30, 1);

    public static void AddRateLimits(this IServiceCollection services) => services.AddRateLimiter(o =>
    {
        o.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            BucketOf(context) is var (bucket, owner) ? bucket.Of(owner) : RateLimitPartition.GetNoLimiter(""));
        o.OnRejected = (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
            rejected.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
    });

    private static (Bucket Bucket, string Owner)? BucketOf(HttpContext context)
    {
        // What is shown for a refused request is no request of its own; and what is no route of ours costs nothing.
        if (context.GetEndpoint() is null || context.Features.Get<IStatusCodeReExecuteFeature>() is not null) return null;
        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (reads && !context.Request.Path.Value!.EndsWith("/export", StringComparison.OrdinalIgnoreCase)) return null;
        if (context.User.Identity?.IsAuthenticated != true) return (Knocking, Caller.Origin(context));
        return (reads ? Exporting : Writing, context.User.Id().ToString(CultureInfo.InvariantCulture));
    }

    private sealed record Bucket(string Name, int Size, int PerSecond)
    {
        public RateLimitPartition<string> Of(string owner) => RateLimitPartition.GetTokenBucketLimiter($"{Name}:{owner}", _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Size, TokensPerPeriod = PerSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0, AutoReplenishment = true,
        });
    }
}
