using System.Text.Json;

namespace Absensi.Features.Dashboard;

/// <summary>
/// The dashboard, read for whoever asks alone, and in a crowd read once for all who ask within <see cref="SharedFor"/>:
/// nobody counts the week's rows a thousand times a second. Nothing is read while nobody asks.
/// </summary>
public sealed class DashboardSnapshot(DashboardQuery query)
{
    /// <summary>More requests than this in one second are a crowd; on a day of tens of thousands, whose rows take a while to count, a few are.</summary>
    public const int Crowd = 20, CostlyCrowd = 3;

    public static readonly TimeSpan SharedFor = TimeSpan.FromMilliseconds(200);

    /// <summary>What all who ask within a second may cost before they share.</summary>
    private const long Costly = 100;

    private readonly SemaphoreSlim _turn = new(1);
    private Taken? _latest;
    private long _second;
    private int _asked;

    /// <summary>The data, and the same as UTF-8 JSON.</summary>
    public async ValueTask<(DashboardData Data, byte[] Json)> NowAsync(CancellationToken cancel)
    {
        var isCrowd = IsCrowd();
        if (!isCrowd || !IsFresh(_latest))
        {
            await _turn.WaitAsync(cancel);
            try
            {
                if (!isCrowd || !IsFresh(_latest)) _latest = await TakeAsync(cancel);
            }
            finally
            {
                _turn.Release();
            }
        }

        var taken = _latest!;
        return (taken.Data, taken.Json);
    }

    private async Task<Taken> TakeAsync(CancellationToken cancel)
    {
        var at = Environment.TickCount64;
        var data = await query.DataAsync(cancel);
        return new Taken(at, Environment.TickCount64 - at, data, JsonSerializer.SerializeToUtf8Bytes(data, Json.Options));
    }

    private bool IsCrowd()
    {
        var second = Environment.TickCount64 / 1000;
        if (Interlocked.Exchange(ref _second, second) != second) Volatile.Write(ref _asked, 0);
        var asked = Interlocked.Increment(ref _asked);
        return asked > Crowd || (asked > CostlyCrowd && asked * (_latest?.Took ?? 0) > Costly);
    }

    private static bool IsFresh(Taken? taken) => taken is not null && Environment.TickCount64 - taken.At < SharedFor.TotalMilliseconds;

    /// <param name="At">In milliseconds, when it was asked for.</param>
    /// <param name="Took">In milliseconds.</param>
    private sealed record Taken(long At, long Took, DashboardData Data, byte[] Json);
}
