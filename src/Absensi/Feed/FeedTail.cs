using Absensi.Core.Events;
using Absensi.Storage;

namespace Absensi.Feed;

/// <summary>Told of every advance of the tail, in order, on its own loop: it must neither wait nor throw.</summary>
/// <param name="position">Where the tail stands now.</param>
/// <param name="events">What came since the call before; none in the first call, which tells where the log ended at the start.</param>
public delegate void FeedFollower(long position, IReadOnlyList<FeedEvent> events);

/// <summary>
/// Follows the log to its end and remembers the latest of it. One per process; whoever listens is told from here, and
/// reads by position what it has missed: from memory where it is recent, else from the log itself.
/// </summary>
public sealed partial class FeedTail(EventLog log, Doorbell doorbell, ILogger<FeedTail> logger) : BackgroundService
{
    public const int Remembered = 4096, PageSize = 500;

    private const long NotStarted = -1;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    private readonly Lock _advance = new();
    private readonly FeedEvent?[] _recent = new FeedEvent?[Remembered];

    // A crowd that comes back all at once with old positions must not take the database from those who clock in.
    private readonly SemaphoreSlim _replays = new(4);

    private FeedFollower? _followers;
    private long _position = NotStarted;

    /// <summary>The number of the latest event seen; 0 before the log has been found.</summary>
    public long Position => Math.Max(0, Volatile.Read(ref _position));

    public void Follow(FeedFollower follower)
    {
        lock (_advance)
        {
            _followers += follower;
            if (_position != NotStarted) follower(_position, []);
        }
    }

    /// <summary>Events after a position, oldest first, at most a page; only one person's when a user is given.</summary>
    public async ValueTask<FeedPage> ReadAsync(long after, long? userId, CancellationToken cancel)
    {
        var position = Position;
        if (after >= position) return new FeedPage([], after);
        if (Recall(after, position) is { } recent)
            return new FeedPage(userId is null ? recent : recent.FindAll(e => e.UserId == userId), recent[^1].Id);

        await _replays.WaitAsync(cancel);
        try
        {
            var entries = await log.ReadAsync(after, PageSize, userId, cancel);
            var events = entries.TakeWhile(e => e.Id <= position).Select(e => new FeedEvent(e)).ToList();
            return new FeedPage(events, events.Count == PageSize ? events[^1].Id : position);
        }
        finally
        {
            _replays.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var away = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (_position == NotStarted) await BeginAsync(stopping);
                await CatchUpAsync(stopping);
                away = false;
                await doorbell.WaitAsync(stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                if (!away) LogStopped(logger, Position, fault);
                away = true;
                await Task.Delay(Retry, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancel)
    {
        var end = await log.LastIdAsync(cancel);
        await log.FlushAsync(cancel);
        Advance(end, []);
    }

    private async Task CatchUpAsync(CancellationToken cancel)
    {
        if (await log.LastIdAsync(cancel) <= _position) return;
        IReadOnlyList<LogEntry> page;
        do
        {
            page = await log.ReadAsync(_position, PageSize, null, cancel);
            for (var i = 0; i < page.Count; i++)
                if (page[i].Id != _position + 1 + i) throw new StorageException($"attendance_logs has entry {page[i].Id} where {_position + 1 + i} must be: run ./absensi verify");
            if (page.Count == 0) break;
            await log.FlushAsync(cancel);
            Advance(page[^1].Id, page.Select(e => new FeedEvent(e)).ToList());
        }
        while (page.Count == PageSize);
    }

    private void Advance(long position, IReadOnlyList<FeedEvent> events)
    {
        lock (_advance)
        {
            foreach (var e in events) Volatile.Write(ref _recent[e.Id % Remembered], e);
            Volatile.Write(ref _position, position);
            _followers?.Invoke(position, events);
        }
    }

    /// <returns>A page from memory; null when it reaches back further than that.</returns>
    private List<FeedEvent>? Recall(long after, long position)
    {
        var events = new List<FeedEvent>();
        for (var id = after + 1; id <= position && events.Count < PageSize; id++)
        {
            if (Volatile.Read(ref _recent[id % Remembered]) is not { } e || e.Id != id) return null;
            events.Add(e);
        }

        return events;
    }

    [LoggerMessage(20, LogLevel.Warning, "The feed stands at {Position} until the log can be read again")]
    private static partial void LogStopped(ILogger logger, long position, Exception fault);
}
