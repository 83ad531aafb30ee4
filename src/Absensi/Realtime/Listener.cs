using System.Security.Claims;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

/// <summary>An open connection: whose it is, what it may see, and what it has been told.</summary>
public sealed class Listener(HubConnectionContext connection)
{
    public HubConnectionContext Connection { get; } = connection;
    public long UserId { get; } = connection.User.Id();
    public string SessionId { get; } = connection.User.FindFirst(SessionAuthentication.SessionIdClaim)!.Value;
    public string Role { get; } = connection.User.FindFirst(ClaimTypes.Role)!.Value;
    public bool IsAdmin => Role == Roles.Admin;

    /// <summary>Whose events it may see; null for everyone's.</summary>
    public long? OnlyUser => IsAdmin ? null : UserId;

    public bool IsSubscribed { get; set; }

    /// <summary>It has disconnected, and may not be sent to any more. Guarded by the broadcaster's lock.</summary>
    public bool IsGone { get; set; }

    /// <summary>The latest news of each kind it was told, see <see cref="News"/>.</summary>
    public int[]? Told { get; set; }

    /// <summary>News on its way; what is still pending holds up the next.</summary>
    public Task Telling { get; set; } = Task.CompletedTask;
}
