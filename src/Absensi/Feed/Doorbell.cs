using System.Diagnostics;
using Absensi.Storage;

namespace Absensi.Feed;

/// <summary>
/// Says "look at the log": at once when someone rings, on a timer otherwise. A ring carries nothing, so losing one costs
/// time, never an event. The timer is quick where it is all there is, and slow while Redis rings too.
/// </summary>
/// <param name="forScreens">Whether browsers are connected to this process: they see an event at once. Who polls may wait.</param>
public sealed class Doorbell(RedisLink? redis, bool forScreens = true)
{
    private static readonly TimeSpan Alone = TimeSpan.FromMilliseconds(50), WithRedis = TimeSpan.FromMilliseconds(250);

    // A burst of rings is one look: that bounds what a rush costs, in queries, flushes and frames.
    private readonly TimeSpan _betweenLooks = TimeSpan.FromMilliseconds(forScreens ? 30 : 100);

    private readonly SemaphoreSlim _ring = new(0);
    private int _isRung;
    private long _lookedAt;

    /// <summary>Whether it was a ring that ended the last <see cref="WaitAsync"/>, rather than the timer.</summary>
    public bool WasRung { get; private set; }

    public void Ring()
    {
        if (Interlocked.Exchange(ref _isRung, 1) == 0) _ring.Release();
    }

    /// <summary>Returns when it is time to look again. For one caller.</summary>
    public async Task WaitAsync(CancellationToken cancel)
    {
        var tooEarly = _betweenLooks - Stopwatch.GetElapsedTime(_lookedAt);
        if (tooEarly > TimeSpan.Zero) await Task.Delay(tooEarly, cancel);
        WasRung = await _ring.WaitAsync(redis?.Current is null ? Alone : WithRedis, cancel);
        if (WasRung) Volatile.Write(ref _isRung, 0);
        _lookedAt = Stopwatch.GetTimestamp();
    }
}
