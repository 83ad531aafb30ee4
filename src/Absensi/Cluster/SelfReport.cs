using System.Diagnostics;
using System.Text.Json;
using Absensi.Feed;
using Absensi.Storage;

namespace Absensi.Cluster;

/// <summary>What a process tells of itself with each heartbeat. Times are microseconds, instants by the database's clock.</summary>
/// <param name="ClockError">How far off its instants may be, either way.</param>
/// <param name="DatabaseTook">How long the database took to tell the time.</param>
/// <param name="Redis">Whether it has a connection to Redis; null where none is set up.</param>
/// <param name="Requests">Answered or under way since it started, screens' connections included.</param>
public sealed record Report(long At, long ClockError, long DatabaseTook, bool? Redis, long Requests, IReadOnlyList<Hop> Hops);

/// <summary>Requests this process has been asked since it started.</summary>
public sealed class RequestCount
{
    private long _total;

    public long Total => Volatile.Read(ref _total);
    public void Add() => Interlocked.Increment(ref _total);
}

/// <summary>Gathers the <see cref="Report"/>.</summary>
public sealed class SelfReport(DatabaseClock clock, Trail trail, RequestCount requests, IServiceProvider services)
{
    private readonly RedisLink? _redis = services.GetService<RedisLink>();

    /// <summary>The report as JSON.</summary>
    public async Task<string> MakeAsync(CancellationToken cancel)
    {
        var took = await clock.AskAsync(cancel);
        var report = new Report(
            clock.At(Stopwatch.GetTimestamp())!.Value, clock.Error!.Value, took, _redis is null ? null : _redis.Current is not null, requests.Total, trail.Latest(clock));
        return JsonSerializer.Serialize(report, Json.Options);
    }
}

public static class SelfReportSetup
{
    public static void AddSelfReport(this IServiceCollection services)
    {
        services.AddSingleton<RequestCount>().AddSingleton<DatabaseClock>().AddSingleton<SelfReport>();
        services.AddSingleton(p =>
        {
            var (trail, tail, doorbell) = (new Trail(), p.GetRequiredService<FeedTail>(), p.GetRequiredService<Doorbell>());
            tail.Follow((_, events) => trail.Read(events.Select(e => e.Id), doorbell.WasRung));
            return trail;
        });
    }

    /// <summary>Counts every request that comes in from here on.</summary>
    public static void UseRequestCount(this WebApplication app)
    {
        var count = app.Services.GetRequiredService<RequestCount>();
        app.Use((context, next) =>
        {
            count.Add();
            return next(context);
        });
    }
}
