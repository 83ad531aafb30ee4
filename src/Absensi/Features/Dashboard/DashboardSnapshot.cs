using System.Text.Json;

namespace Absensi.Features.Dashboard;

/// <summary>
/// The dashboard, read for whoever asks alone, and in a crowd read once for all who ask within <see cref="SharedFor"/>:
/// nobody counts the week's rows a thousand times a second. Nothing is read while nobody asks.
/// </summary>
public sealed class DashboardSnapshot(DashboardQuery query)
{
    /// <summary>More requests than this in one second are a crowd.</summary>
    public const int Crowd = 20;

    public static readonly TimeSpan SharedFor = TimeSpan.FromMilliseconds(150);

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
        return new Taken(at, data, JsonSerializer.SerializeToUtf8Bytes(data, Json.Options));
    }

    private bool IsCrowd()
    {
        var second = Environment.TickCount64 / 1000;
        if (Interlocked.Exchange(ref _second, second) != second) Volatile.Write(ref _asked, 0);
        return Interlocked.Increment(ref _asked) > Crowd;
    }

    private static bool IsFresh(Taken? taken) => taken is not null && Environment.TickCount64 - taken.At < SharedFor.TotalMilliseconds;

    private sealed record Taken(long At, DashboardData Data, byte[] Json);
}
