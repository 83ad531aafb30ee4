using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

/// <summary>This process's open connections. It stands in the place where SignalR keeps them, because only there it hands them out.</summary>
public sealed class Listeners(Broadcaster broadcaster, ILogger<DefaultHubLifetimeManager<AttendanceHub>> logger) : DefaultHubLifetimeManager<AttendanceHub>(logger)
{
    // Far more than anybody has screens; what a program that connects again and again is stopped at.
    private const int MostOfOnePerson = 5000;

    private readonly ConcurrentDictionary<string, Listener> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, int> _ofPerson = [];

    public IEnumerable<Listener> All => _open.Select(entry => entry.Value);

    public Listener Of(string connectionId) => _open[connectionId];

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        var listener = new Listener(connection);
        _open[connection.ConnectionId] = listener;
        if (_ofPerson.AddOrUpdate(listener.UserId, 1, (_, count) => count + 1) > MostOfOnePerson) connection.Abort();
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        if (_open.TryRemove(connection.ConnectionId, out var listener))
        {
            broadcaster.Leave(listener);
            // Whoever has none left is forgotten; a new one that comes in between keeps the entry.
            if (_ofPerson.AddOrUpdate(listener.UserId, 0, (_, count) => count - 1) == 0) _ofPerson.TryRemove(new(listener.UserId, 0));
        }

        return base.OnDisconnectedAsync(connection);
    }
}
