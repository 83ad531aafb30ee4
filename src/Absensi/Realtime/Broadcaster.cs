using Absensi.Feed;
using Absensi.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

/// <summary>
/// Carries the feed to connections. Those that have everything up to now are live: each batch is encoded once and handed
/// to all of them by the tail's own loop. Any other follows by itself, from its cursor through memory or the log, and
/// becomes live at the instant its cursor is the tail's position. A reader that does not read is taken out of the live
/// ones with its first unfinished write, so it holds up nobody and gathers nothing; one that stalls for long is dropped.
/// </summary>
public sealed partial class Broadcaster
{
    private const long NotStarted = -1;
    /// <summary>How long one write may take.</summary>
    internal TimeSpan Stalled { get; set; } = TimeSpan.FromSeconds(20);

    private readonly FeedTail _tail;
    private readonly EventLog _log;
    private readonly ILogger<Broadcaster> _logger;

    private readonly Lock _lock = new();
    private readonly HashSet<Listener> _liveForAll = [];
    private readonly Dictionary<long, HashSet<Listener>> _liveForOne = [];
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position = NotStarted;

    public Broadcaster(FeedTail tail, EventLog log, ILogger<Broadcaster> logger)
    {
        (_tail, _log, _logger) = (tail, log, logger);
        tail.Follow(Send);
    }

    /// <exception cref="HubException">See <see cref="AttendanceHub.Subscribe"/>.</exception>
    public async Task SubscribeAsync(Listener listener, long? after)
    {
        var end = listener.Connection.ConnectionAborted;
        if (listener.IsSubscribed) throw new HubException("This connection is subscribed already.");
        if (after < 0) throw new HubException("Position must be 0 or more.");
        await ReachedAsync(0, end);
        if (after > _tail.Position && await _log.LastIdAsync(end) is var last && after > last)
            throw new HubException($"Position {after} lies in the future: the log ends at {last}.");
        listener.IsSubscribed = true;
        _ = FollowAsync(listener, after ?? _tail.Position, Task.CompletedTask);
    }

    /// <summary>The connection is over.</summary>
    public void Leave(Listener listener)
    {
        lock (_lock)
        {
            listener.IsGone = true;
            Remove(listener);
        }
    }

    private void Send(long position, IReadOnlyList<FeedEvent> events)
    {
        lock (_lock)
        {
            foreach (var some in events.Chunk(Frames.MostEvents))
            {
                Write(_liveForAll, some, some[^1].Id);
                if (_liveForOne.Count == 0) continue;
                foreach (var mine in some.GroupBy(e => e.UserId))
                    if (_liveForOne.TryGetValue(mine.Key, out var listeners)) Write(listeners, [.. mine], some[^1].Id);
            }

            _position = position;
            _moved.TrySetResult();
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Write(HashSet<Listener> listeners, FeedEvent[] events, long upTo)
    {
        if (listeners.Count == 0) return;
        var frame = Frames.Encode(events);
        List<(Listener, Task)>? behind = null;
        foreach (var listener in listeners)
        {
            var write = listener.Connection.WriteAsync(frame, CancellationToken.None);
            if (!write.IsCompletedSuccessfully) (behind ??= []).Add((listener, write.AsTask()));
        }

        foreach (var (listener, write) in behind ?? [])
        {
            Remove(listener);
            _ = FollowAsync(listener, upTo, write);
        }
    }

    /// <param name="cursor">What the listener has, once <paramref name="pending"/> is done.</param>
    private async Task FollowAsync(Listener listener, long cursor, Task pending)
    {
        var end = listener.Connection.ConnectionAborted;
        try
        {
            await pending.WaitAsync(Stalled, end);
            await ReachedAsync(cursor, end);
            while (!TryGoLive(listener, cursor))
            {
                var page = await _tail.ReadAsync(cursor, listener.OnlyUser, end);
                foreach (var some in page.Events.Chunk(Frames.MostEvents))
                    await listener.Connection.WriteAsync(Frames.Encode(some), end).AsTask().WaitAsync(Stalled, end);
                cursor = page.UpTo;
                await ReachedAsync(cursor, end);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The connection has ended.
        }
        catch (Exception fault)
        {
            // Whoever is there connects again, and asks from where it was.
            if (fault is TimeoutException) LogStalled(_logger, listener.UserId, cursor);
            else LogFailed(_logger, listener.UserId, cursor, fault);
            listener.Connection.Abort();
        }
    }

    private bool TryGoLive(Listener listener, long cursor)
    {
        lock (_lock)
        {
            if (cursor != _position) return listener.IsGone;
            if (listener.IsGone) return true;
            if (listener.OnlyUser is not { } user) _liveForAll.Add(listener);
            else if (_liveForOne.TryGetValue(user, out var others)) others.Add(listener);
            else _liveForOne[user] = [listener];
            return true;
        }
    }

    private void Remove(Listener listener)
    {
        if (listener.OnlyUser is not { } user) _liveForAll.Remove(listener);
        else if (_liveForOne.TryGetValue(user, out var own) && own.Remove(listener) && own.Count == 0) _liveForOne.Remove(user);
    }

    /// <summary>Completes when everything up to there has been handed to the live ones.</summary>
    private async ValueTask ReachedAsync(long position, CancellationToken cancel)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_position >= position) return;
                moved = _moved.Task;
            }

            await moved.WaitAsync(cancel);
        }
    }

    [LoggerMessage(50, LogLevel.Information, "A connection of user {UserId} does not read; dropped at event {Position}")]
    private static partial void LogStalled(ILogger logger, long userId, long position);

    [LoggerMessage(51, LogLevel.Warning, "A connection of user {UserId} could not be served after event {Position}; dropped")]
    private static partial void LogFailed(ILogger logger, long userId, long position, Exception fault);
}
