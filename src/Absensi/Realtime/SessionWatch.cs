using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Realtime;

/// <summary>
/// Closes the connections of sessions that have ended, timed out, or whose person was shut out or given another role
/// since, wherever that happened: one query a second for all of them.
/// </summary>
public sealed partial class SessionWatch(Listeners listeners, Sessions sessions, Database database, ILogger<SessionWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try
                {
                    await LookAsync(stopping);
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested)
                {
                    // While the database is away nobody can log out either.
                    if (!database.Dialect.IsUnavailable(fault)) LogFailed(logger, fault);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        var open = listeners.All.ToList();
        if (open.Count == 0) return;
        var alive = await sessions.AliveAsync(open.Select(l => (l.SessionId, l.Role)).ToHashSet(), cancel);
        foreach (var listener in open)
            if (!alive.Contains(listener.SessionId)) listener.Connection.Abort();
    }

    [LoggerMessage(52, LogLevel.Error, "The sessions of open connections could not be checked")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}
