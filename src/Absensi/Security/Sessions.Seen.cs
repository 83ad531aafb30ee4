using System.Collections.Concurrent;
using Absensi.Storage;

namespace Absensi.Security;

public sealed partial class Sessions
{
    private const int WrittenAtOnce = 250;

    private readonly ConcurrentDictionary<string, byte> _seen = new(StringComparer.Ordinal);

    /// <summary>
    /// Writes down that sessions were seen, for all that were since the last time. A request never waits for it: at eight
    /// o'clock that would be a commit for every tap beside the tap's own.
    /// </summary>
    public async Task WriteSeenAsync(CancellationToken cancel)
    {
        foreach (var ids in _seen.Keys.Chunk(WrittenAtOnce))
        {
            // Filled up to one length, so that it is one prepared statement whatever the number.
            var padded = ids.Concat(Enumerable.Repeat(ids[0], WrittenAtOnce - ids.Length));
            await _database.ExecuteAsync($"UPDATE sessions SET last_seen_at = {_database.Dialect.UnixNow} WHERE id IN @padded", new { padded }, cancel);
            foreach (var id in ids) _seen.TryRemove(id, out _);
        }
    }
}

/// <summary>Every few seconds, and once more at the end.</summary>
public sealed partial class SeenWriter(Sessions sessions, Database database, ILogger<SeenWriter> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            do await WriteAsync(stopping);
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    public override async Task StopAsync(CancellationToken cancel)
    {
        await base.StopAsync(cancel);
        await WriteAsync(cancel);
    }

    private async Task WriteAsync(CancellationToken cancel)
    {
        try
        {
            await sessions.WriteSeenAsync(cancel);
        }
        catch (Exception fault) when (fault is OperationCanceledException || database.Dialect.IsUnavailable(fault))
        {
            // They are kept, and the next turn writes them.
        }
        catch (Exception fault)
        {
            LogFailed(logger, fault);
        }
    }

    [LoggerMessage(60, LogLevel.Error, "When sessions were last seen could not be written")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}
