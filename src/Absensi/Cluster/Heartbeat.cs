using Absensi.Feed;
using Absensi.Storage;

namespace Absensi.Cluster;

/// <summary>Tells the others every second that this process lives, how far it is and how it fares.</summary>
public sealed partial class Heartbeat(Nodes nodes, Settings settings, string role, FeedTail tail, Func<int> queue, SelfReport self, ILogger<Heartbeat> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every);
        var starting = true;
        try
        {
            do
            {
                try
                {
                    await nodes.BeatAsync(settings.NodeId, settings.NodeName, role, tail.Position, queue(), await self.MakeAsync(stopping), starting, stopping);
                    starting = false;
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested)
                {
                    LogMissed(logger, fault.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Where the server could not start, what this works with is being disposed of.
        }
    }

    public override async Task StopAsync(CancellationToken cancel)
    {
        await base.StopAsync(cancel);
        try
        {
            await nodes.LeaveAsync(settings.NodeId, cancel);
        }
        catch (Exception fault)
        {
            LogMissed(logger, fault.Message);
        }
    }

    [LoggerMessage(30, LogLevel.Warning, "Heartbeat not written: {Cause}")]
    private static partial void LogMissed(ILogger logger, string cause);
}
