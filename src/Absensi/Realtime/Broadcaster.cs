using System.Collections.Concurrent;
using Absensi.Feed;
using Absensi.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

/// <summary>
/// Carries the feed to connections. Each has a cursor and one loop that sends what comes after it: replay and live are
/// the same loop, so there is no seam, and a reader that does not read holds up nobody and gathers nothing.
/// </summary>
public sealed class Broadcaster(FeedTail tail, EventLog log, IHostApplicationLifetime lifetime, ILogger<DefaultHubLifetimeManager<AttendanceHub>> logger)
    : DefaultHubLifetimeManager<AttendanceHub>(logger)
{
    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, Listener> _listeners = new(StringComparer.Ordinal);

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _listeners[connection.ConnectionId] = new Listener(connection);
        return base.OnConnectedAsync(connection);
    }

    public void Forget(string connectionId) => _listeners.TryRemove(connectionId, out _);

    /// <param name="onlyUser">Whose events the connection may see; null for everyone's.</param>
    public async Task SubscribeAsync(string connectionId, long? onlyUser, long? after)
    {
        if (!_listeners.TryGetValue(connectionId, out var listener)) return;
        if (Interlocked.Exchange(ref listener.Subscribed, 1) == 1) throw new HubException("This connection is subscribed already.");
        await tail.Started;
        if (after is < 0) throw new HubException("Position must be 0 or more.");
        if (after > tail.Position && after > await log.LastIdAsync(listener.Connection.ConnectionAborted))
            throw new HubException($"Position {after} lies in the future: the log ends at {tail.Position}.");
        _ = PumpAsync(listener.Connection, onlyUser, after ?? tail.Position);
    }

    private async Task PumpAsync(HubConnectionContext connection, long? onlyUser, long cursor)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionAborted, lifetime.ApplicationStopping);
        try
        {
            while (true)
            {
                await tail.BeyondAsync(cursor, end.Token);
                var page = await tail.ReadAsync(cursor, end.Token);
                if (page.Count == 0) continue;
                cursor = page[^1].Id;
                var mine = onlyUser is null ? page : page.Where(e => e.UserId == onlyUser).ToList();
                if (mine.Count > 0) await connection.WriteAsync(Frames.Encode(mine), end.Token).AsTask().WaitAsync(Stalled, end.Token);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The connection or the node has ended.
        }
        catch (Exception)
        {
            // A reader that stalled, or a log that can't be read now: the client connects again and asks from where it was.
            connection.Abort();
        }
    }

    private sealed class Listener(HubConnectionContext connection)
    {
        public readonly HubConnectionContext Connection = connection;
        public int Subscribed;
    }
}
