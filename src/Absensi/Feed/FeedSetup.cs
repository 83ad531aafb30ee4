using Absensi.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace Absensi.Feed;

public static class FeedSetup
{
    /// <summary>The tail of the log and what rings it; with Redis, the doorbell and the cache over it.</summary>
    /// <param name="forScreens">Whether browsers will be connected to this process.</param>
    public static void AddFeed(this IServiceCollection services, RedisServer? redis, bool forScreens)
    {
        services.AddSingleton(p => new Doorbell(p.GetService<RedisLink>(), forScreens));
        services.AddSingleton(p => new RedisCache(p.GetService<RedisLink>(), p.GetRequiredService<IDataProtectionProvider>()));
        services.AddHosted<FeedTail>();
        if (redis is null) return;
        services.AddHosted<RedisDoorbell>();
        services.AddHosted(p => new RedisLink(redis, p.GetRequiredService<ILogger<RedisLink>>()));
    }

    /// <summary>Rings for what this process commits: its own tail at once, the others' through Redis.</summary>
    public static void RingFor(this IServiceProvider services, LedgerWriter writer)
    {
        var own = services.GetRequiredService<Doorbell>();
        var others = services.GetService<RedisDoorbell>();
        writer.Committed += entries =>
        {
            own.Ring();
            others?.Publish(entries);
        };
    }
}
