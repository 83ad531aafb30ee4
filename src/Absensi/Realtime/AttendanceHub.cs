using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

/// <summary>What the hub says to a browser besides the feed's own events.</summary>
public interface IAttendanceClient
{
    Task ServerStatus(IReadOnlyList<Storage.ServerStatus> servers);
}

/// <summary>The WebSocket side of the feed at <c>/ws</c>.</summary>
public sealed class AttendanceHub(Broadcaster broadcaster) : Hub<IAttendanceClient>
{
    /// <summary>Starts the feed on this connection: what came after <paramref name="after"/>, then each event once, in order.</summary>
    /// <param name="after">The last <c>event_id</c> the caller has; null for "from now".</param>
    /// <exception cref="HubException">The position lies ahead of the log.</exception>
    public Task Subscribe(long? after)
    {
        var user = Context.User!;
        return broadcaster.SubscribeAsync(Context.ConnectionId, user.IsInRole(Roles.Admin) ? null : user.Id(), after);
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        broadcaster.Forget(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }
}
