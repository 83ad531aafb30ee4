namespace Absensi.Feed;

/// <summary>Says "look at the log": soon after every commit, or on a timer. It carries nothing, so losing a ring costs time, never an event.</summary>
public interface IDoorbell
{
    /// <summary>Returns when it is time to look again.</summary>
    ValueTask WaitAsync(CancellationToken cancel);
}

/// <summary>Rings every 50 ms: all there is to do where the database is on this machine.</summary>
public sealed class TimerDoorbell : IDoorbell, IDisposable
{
    private readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(50));

    public async ValueTask WaitAsync(CancellationToken cancel) => await _timer.WaitForNextTickAsync(cancel);

    public void Dispose() => _timer.Dispose();
}
