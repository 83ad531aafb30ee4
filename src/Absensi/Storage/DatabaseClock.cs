using System.Diagnostics;

namespace Absensi.Storage;

/// <summary>
/// What the database's clock says at an instant of this process's stopwatch, without asking each time: so that instants
/// of different machines can be compared. Each answer bounds the difference of the two from both sides, by when it was
/// asked for and when it was there; the last few together bound it closer than any of them.
/// </summary>
public sealed class DatabaseClock(Database database)
{
    private const int Kept = 16;

    // SQLite tells whole milliseconds, rounded down.
    private const long Resolution = 1000;

    private readonly Queue<Bounds> _answers = new(Kept);
    private Bounds? _offset;

    /// <summary>Asks the database once. For one caller at a time.</summary>
    /// <returns>How long it took to answer, in microseconds.</returns>
    public async Task<long> AskAsync(CancellationToken cancel)
    {
        var asked = Stopwatch.GetTimestamp();
        var told = Microseconds(await database.UtcNowAsync(cancel));
        var answered = Stopwatch.GetTimestamp();
        Bound(new Bounds(told - Microseconds(answered), told + Resolution - Microseconds(asked)));
        return Microseconds(answered - asked);
    }

    /// <summary>Microseconds since 1970 UTC by the database's clock; null before it was first asked.</summary>
    /// <param name="timestamp">From <see cref="Stopwatch.GetTimestamp"/>.</param>
    public long? At(long timestamp) => Volatile.Read(ref _offset) is { } o ? Microseconds(timestamp) + (o.Least + o.Most) / 2 : null;

    /// <summary>How far off <see cref="At"/> may be, in microseconds either way.</summary>
    public long? Error => Volatile.Read(ref _offset) is { } o ? (o.Most - o.Least) / 2 : null;

    private void Bound(Bounds latest)
    {
        if (_answers.Count == Kept) _answers.Dequeue();
        _answers.Enqueue(latest);
        var offset = new Bounds(_answers.Max(b => b.Least), _answers.Min(b => b.Most));
        if (offset.Least > offset.Most)
        {
            // One of the clocks was set: what was known before is worth nothing.
            _answers.Clear();
            _answers.Enqueue(offset = latest);
        }

        Volatile.Write(ref _offset, offset);
    }

    private static long Microseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static long Microseconds(long timestamp) => (long)((Int128)timestamp * 1_000_000 / Stopwatch.Frequency);

    private sealed record Bounds(long Least, long Most);
}
