using System.Diagnostics;
using Absensi.Storage;

namespace Absensi.Cluster;

/// <summary>What a process did for an event, in microseconds since 1970 UTC by the database's clock; null for what it had no part in.</summary>
/// <param name="Read">When it had the entry from the log, on its way to the screens.</param>
/// <param name="Rung">Whether a ring had made it look, rather than the timer.</param>
public sealed record Hop(long Id, long? Received, long? Committed, long? Read, bool? Rung);

/// <summary>When this process took, committed and read the latest events. Noting it down costs nanoseconds and is lost with the process.</summary>
public sealed class Trail
{
    public const int MostTold = 12;

    private const int Remembered = 4096;
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Steps[] _steps = new Steps[Remembered];

    public void Recorded(TapTimes tap)
    {
        lock (_lock)
        {
            ref var steps = ref Of(tap.EventId);
            (steps.ReceivedAt, steps.CommittedAt) = (tap.ReceivedAt, tap.CommittedAt);
        }
    }

    public void Read(IEnumerable<long> eventIds, bool wasRung)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            foreach (var id in eventIds)
            {
                ref var steps = ref Of(id);
                (steps.ReadAt, steps.WasRung) = (now, wasRung);
            }
        }
    }

    /// <summary>
    /// The events of the last seconds, oldest first; of many only every second, fourth, eighth … number, so that processes
    /// which know nothing of each other tell of the same ones.
    /// </summary>
    public IReadOnlyList<Hop> Latest(DatabaseClock clock)
    {
        var since = Stopwatch.GetTimestamp() - (long)(Recent.TotalSeconds * Stopwatch.Frequency);
        List<Steps> recent;
        lock (_lock) recent = _steps.Where(s => s.EventId != 0 && Math.Max(s.CommittedAt, s.ReadAt) >= since).ToList();
        for (var apart = 2; recent.Count > MostTold; apart *= 2) recent.RemoveAll(s => s.EventId % apart != 0);
        return recent.OrderBy(s => s.EventId).Select(s => new Hop(s.EventId, At(s.ReceivedAt), At(s.CommittedAt), At(s.ReadAt), s.ReadAt == 0 ? null : s.WasRung)).ToList();

        long? At(long timestamp) => timestamp == 0 ? null : clock.At(timestamp);
    }

    private ref Steps Of(long eventId)
    {
        ref var steps = ref _steps[eventId % Remembered];
        if (steps.EventId != eventId) steps = new Steps { EventId = eventId };
        return ref steps;
    }

    private struct Steps
    {
        public long EventId, ReceivedAt, CommittedAt, ReadAt;
        public bool WasRung;
    }
}
