using System.Text.Json;
using Absensi.Storage;

namespace Absensi.Realtime;

/// <param name="Online">How many people are connected, over all servers; two tabs are one person.</param>
/// <param name="Users">The first of them by name, at most <see cref="ClusterWatch.MostNames"/>.</param>
public sealed record Presence(int Online, IReadOnlyList<Person> Users);

/// <summary>
/// Who is online and which nodes are. Each process writes the people connected to it into its own row of <c>nodes</c>,
/// where they count for as long as its heartbeat does: six seconds after a <c>kill -9</c> nobody of them is online any
/// more. While admins listen it reads what all wrote, once a second, and tells them what has changed.
/// </summary>
public sealed partial class ClusterWatch(Listeners listeners, Nodes nodes, Users users, Settings settings, Database database, ILogger<ClusterWatch> logger)
    : BackgroundService
{
    public const int MostNames = 200;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly News _presence = new("Presence", 0), _servers = new("ServerStatus", 1);
    private string? _written;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try
                {
                    await WriteAsync(stopping);
                    await TellAsync(stopping);
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested)
                {
                    if (!database.Dialect.IsUnavailable(fault)) LogFailed(logger, fault);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task WriteAsync(CancellationToken cancel)
    {
        var here = JsonSerializer.Serialize(listeners.All.Select(l => l.UserId).Distinct().Order());
        if (here != _written && await nodes.SetConnectedAsync(settings.NodeId, here, cancel)) _written = here;
    }

    private async Task TellAsync(CancellationToken cancel)
    {
        var admins = listeners.All.Where(l => l.IsAdmin && l.IsSubscribed).ToList();
        if (admins.Count == 0) return;

        var online = await nodes.ConnectedAsync(cancel);
        var who = string.Join(',', online);
        if (_presence.State != who) _presence.Set(who, new Presence(online.Count, await users.NamesAsync(online, MostNames, cancel)));
        var servers = (await nodes.ServersAsync(cancel)).Select(ServerStatus.Of).ToList();
        var which = string.Join(',', servers.Select(s => $"{s.Name} {s.Status}"));
        if (_servers.State != which) _servers.Set(which, servers);
        foreach (var admin in admins)
        {
            _presence.Tell(admin);
            _servers.Tell(admin);
        }
    }

    [LoggerMessage(53, LogLevel.Error, "Presence could not be written or told")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}
