using System.Text.Json;
using Absensi.Feed;

namespace Absensi.Features.Dashboard;

/// <summary>
/// The dashboard as it was a moment ago, read once for all who ask: nobody counts the week's rows per request. What is
/// committed shows after at most 250 ms: the feed's own delay, and <see cref="WhileMoving"/>. Nothing is read while nobody asks.
/// </summary>
public sealed class DashboardSnapshot(DashboardQuery query, FeedTail tail)
{
    // In a rush the log moves all the time: a screen that is a blink behind is worth not counting at every tap.
    private static readonly TimeSpan WhileMoving = TimeSpan.FromMilliseconds(150);

    // What moves without the log: the servers' state, the number of employees, midnight.
    private static readonly TimeSpan WhileStill = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private Taken? _latest;

    /// <summary>The data, and the same as UTF-8 JSON.</summary>
    public async ValueTask<(DashboardData Data, byte[] Json)> NowAsync(CancellationToken cancel)
    {
        if (!IsFresh(_latest))
        {
            await _turn.WaitAsync(cancel);
            try
            {
                if (!IsFresh(_latest)) _latest = await TakeAsync(cancel);
            }
            finally
            {
                _turn.Release();
            }
        }

        return (_latest!.Data, _latest.Json);
    }

    private async Task<Taken> TakeAsync(CancellationToken cancel)
    {
        var at = Environment.TickCount64;
        var data = await query.DataAsync(cancel);
        return new Taken(at, data, JsonSerializer.SerializeToUtf8Bytes(data, Json.Options));
    }

    private bool IsFresh(Taken? taken) =>
        taken is not null && Environment.TickCount64 - taken.At < (tail.Position > taken.Data.LastId ? WhileMoving : WhileStill).TotalMilliseconds;

    private sealed record Taken(long At, DashboardData Data, byte[] Json);
}
