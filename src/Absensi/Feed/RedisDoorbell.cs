using System.Threading.Channels;
using Absensi.Core.Events;
using Absensi.Storage;
using StackExchange.Redis;

namespace Absensi.Feed;

/// <summary>
/// Rings everybody's <see cref="Doorbell"/> through Redis. What is published is the document's own JSON, one message per
/// event, for anyone outside who listens; we take any message to mean "look at the log" and believe nothing it says.
/// </summary>
public sealed class RedisDoorbell : BackgroundService
{
    public static readonly RedisChannel Channel = new("absensi-channel", RedisChannel.PatternMode.Literal);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Off the commit path: where Redis can't keep up, rings are dropped rather than taps held up.
    private readonly Channel<IReadOnlyList<LogEntry>> _outbox = System.Threading.Channels.Channel.CreateBounded<IReadOnlyList<LogEntry>>(
        new BoundedChannelOptions(64) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly RedisLink _redis;

    public RedisDoorbell(RedisLink redis, Doorbell doorbell)
    {
        _redis = redis;
        redis.Connected += async connection =>
        {
            await connection.GetSubscriber().SubscribeAsync(Channel, (_, _) => doorbell.Ring());
            doorbell.Ring();
        };
    }

    /// <summary>Tells the others of a commit, soon or not at all. Never waits.</summary>
    public void Publish(IReadOnlyList<LogEntry> entries) => _outbox.Writer.TryWrite(entries);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var entries in _outbox.Reader.ReadAllAsync(stopping))
                if (_redis.Current is { } connection) await PublishAsync(connection.GetSubscriber(), entries, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task PublishAsync(ISubscriber subscriber, IReadOnlyList<LogEntry> entries, CancellationToken stopping)
    {
        try
        {
            await Task.WhenAll(entries.Select(e => subscriber.PublishAsync(Channel, e.ToWire()))).WaitAsync(Patience, stopping);
        }
        catch (Exception fault) when (fault is TimeoutException or RedisException or ObjectDisposedException)
        {
            _redis.Doubt();
        }
    }
}
