using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

/// <summary>The WebSocket side of the feed at <c>/ws</c>.</summary>
public sealed partial class AttendanceHub(Listeners listeners, Broadcaster broadcaster, Settings settings, ILogger<AttendanceHub> logger) : Hub
{
    /// <summary>The id of the process that serves this connection.</summary>
    public string Node() => settings.NodeId;

    /// <summary>Starts the feed on this connection: what came after <paramref name="after"/>, then each event once, in order.</summary>
    /// <param name="after">The last <c>event_id</c> the caller has; null for "from now".</param>
    /// <exception cref="HubException">The position is negative or lies ahead of the log, or the connection has the feed already.</exception>
    public async Task Subscribe(long? after)
    {
        try
        {
            await broadcaster.SubscribeAsync(listeners.Of(Context.ConnectionId), after);
        }
        catch (Exception fault) when (fault is not HubException && !Context.ConnectionAborted.IsCancellationRequested)
        {
            LogFailed(logger, Context.UserIdentifier, fault);
            throw new HubException("The feed can't be read now. Try again.");
        }
    }

    [LoggerMessage(54, LogLevel.Warning, "User {UserId} could not subscribe")]
    private static partial void LogFailed(ILogger logger, string? userId, Exception fault);
}
