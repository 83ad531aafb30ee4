using Absensi.Storage;

namespace Absensi.Cluster;

/// <summary>After the end of work, writes down who was absent: one process of the whole cluster does it, and whatever days were missed.</summary>
public sealed partial class AbsenceJob(Absences absences, Leases leases, Database database, Settings settings, ILogger<AbsenceJob> logger) : BackgroundService
{
    public const string Lease = "absences";
    public const int LeaseSeconds = 15;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            do
            {
                try
                {
                    await RunAsync(stopping);
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested)
                {
                    if (database.Dialect.IsUnavailable(fault)) LogAway(logger, fault.Message);
                    else LogFailed(logger, fault);
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Where the server could not start, what this works with is being disposed of.
        }
    }

    /// <summary>Closes every day that is due, unless another process is at it.</summary>
    /// <returns>How many absences it wrote.</returns>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var written = 0;
        while (await absences.NextAsync(cancel) is { } day)
        {
            int some;
            do
            {
                // Taken anew for each batch: whoever finds it lapsed takes over from here.
                if (!await leases.TakeAsync(Lease, settings.NodeId, LeaseSeconds, cancel)) return written;
                written += some = await absences.WriteSomeAsync(day, cancel);
            }
            while (some == Absences.BatchLimit);

            if (written > 0) LogClosed(logger, day, written);
        }

        if (written > 0) await leases.ReleaseAsync(Lease, settings.NodeId, cancel);
        return written;
    }

    [LoggerMessage(31, LogLevel.Information, "Workday {Day:yyyy-MM-dd} closed; absences written in this run: {Count}")]
    private static partial void LogClosed(ILogger logger, DateOnly day, int count);

    [LoggerMessage(32, LogLevel.Warning, "Absences wait for the database: {Cause}")]
    private static partial void LogAway(ILogger logger, string cause);

    [LoggerMessage(33, LogLevel.Error, "Absences could not be written; tried again in a while")]
    private static partial void LogFailed(ILogger logger, Exception fault);
}
