using StackExchange.Redis;

namespace Absensi.Storage;

/// <summary>
/// The connection to Redis, while there is one. It is tried every second; one that does not answer is thrown away and
/// made anew. So a Redis that is absent, frozen, cut off or slow is the same to everyone: there is none, and nobody waits.
/// </summary>
public sealed partial class RedisLink(RedisServer server, ILogger<RedisLink> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    // StackExchange.Redis 1.2.6 has no time-out of its own on asynchronous calls.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private ConnectionMultiplexer? _current;
    private bool _away;

    /// <summary>Null while Redis is away.</summary>
    public IConnectionMultiplexer? Current => Volatile.Read(ref _current);

    /// <summary>Raised for every new connection before anyone else gets it. A handler that fails or takes longer than a second costs the connection.</summary>
    public event Func<IConnectionMultiplexer, Task>? Connected;

    /// <summary>Says that a call failed or took too long: nobody is given the connection until it has answered again.</summary>
    public void Doubt() => Volatile.Write(ref _current, null);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            ConnectionMultiplexer? redis = null;
            try
            {
                redis = await ConnectAsync(stopping);
                await StayAsync(redis, stopping);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                if (!_away) LogAway(logger, server.Host, server.Port, fault.Message);
                _away = true;
            }
            catch (Exception)
            {
                // The process ends.
            }
            finally
            {
                Doubt();
                redis?.Close(allowCommandsToComplete: false);
            }

            await Task.Delay(Every, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken stopping)
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { { server.Host, server.Port } },
            Password = server.Password,
            ClientName = "absensi",
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            ConnectTimeout = (int)Patience.TotalMilliseconds,
        });
        try
        {
            return await connecting.WaitAsync(3 * Patience, stopping);
        }
        catch (Exception)
        {
            _ = connecting.ContinueWith(late => late.Result.Close(allowCommandsToComplete: false), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Returns never; throws when the connection is no good any more.</summary>
    private async Task StayAsync(ConnectionMultiplexer redis, CancellationToken stopping)
    {
        if (Connected is { } connected) await Task.WhenAll(connected.GetInvocationList().Select(h => ((Func<IConnectionMultiplexer, Task>)h)(redis))).WaitAsync(Patience, stopping);
        while (true)
        {
            await Task.WhenAll(redis.GetDatabase().PingAsync(), redis.GetSubscriber().PingAsync()).WaitAsync(Patience, stopping);
            Volatile.Write(ref _current, redis);
            if (_away) LogBack(logger, server.Host, server.Port);
            _away = false;
            await Task.Delay(Every, stopping);
        }
    }

    [LoggerMessage(40, LogLevel.Warning, "Redis at {Host}:{Port} is away; the event log alone carries the events until it is back: {Cause}")]
    private static partial void LogAway(ILogger logger, string host, int port, string cause);

    [LoggerMessage(41, LogLevel.Information, "Redis at {Host}:{Port} is back")]
    private static partial void LogBack(ILogger logger, string host, int port);
}
