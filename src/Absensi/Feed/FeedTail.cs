using Absensi.Core.Events;
using Absensi.Storage;

namespace Absensi.Feed;

/// <summary>
/// Follows the log to its end and remembers the latest of it. One per process; whoever listens reads from here by
/// position, and from the log itself what is older.
/// </summary>
public sealed partial class FeedTail(EventLog log, Database database, IDoorbell doorbell, ILogger<FeedTail> logger) : BackgroundService
{
    public const int Remembered = 4096, PageSize = 500;

    private readonly Lock _lock = new();
    private readonly Queue<FeedEvent> _recent = new(Remembered);
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _position;

    /// <summary>The number of the latest event seen.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Completes when the log's end has been found for the first time.</summary>
    public Task Started => _started.Task;

    /// <summary>Completes when there is something after <paramref name="position"/>.</summary>
    public Task BeyondAsync(long position, CancellationToken cancel)
    {
        lock (_lock) return _position > position ? Task.CompletedTask : _moved.Task.WaitAsync(cancel);
    }

    /// <summary>Events after a position, oldest first, at most a page; empty at the end.</summary>
    public async ValueTask<IReadOnlyList<FeedEvent>> ReadAsync(long after, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (after >= _position) return [];
            if (_recent.TryPeek(out var oldest) && oldest.Id <= after + 1) return _recent.SkipWhile(e => e.Id <= after).Take(PageSize).ToList();
        }

        return (await log.ReadAsync(after, PageSize, null, cancel)).Select(e => new FeedEvent(e)).ToList();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var away = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!_started.Task.IsCompleted) await BeginAsync(stopping);
                await AdvanceAsync(stopping);
                away = false;
                await doorbell.WaitAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                if (!away) LogAway(logger, Position, fault);
                away = true;
                await Task.Delay(database.Dialect.IsUnavailable(fault) ? 200 : 1000, CancellationToken.None);
            }
        }
    }

    private async Task BeginAsync(CancellationToken cancel)
    {
        Volatile.Write(ref _position, await log.LastIdAsync(cancel));
        _started.TrySetResult();
    }

    private async Task AdvanceAsync(CancellationToken cancel)
    {
        if (await log.LastIdAsync(cancel) <= Position) return;
        IReadOnlyList<LogEntry> page;
        do
        {
            page = await log.ReadAsync(Position, PageSize, null, cancel);
            Publish(page.Select(e => new FeedEvent(e)).ToList());
        }
        while (page.Count == PageSize);
    }

    private void Publish(List<FeedEvent> events)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            foreach (var e in events)
            {
                if (e.Id != _position + 1) throw new InvalidOperationException($"the log has entry {e.Id} after {_position}: numbers must not have gaps");
                if (_recent.Count == Remembered) _recent.Dequeue();
                _recent.Enqueue(e);
                _position = e.Id;
            }

            moved = _moved;
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.TrySetResult();
    }

    [LoggerMessage(20, LogLevel.Warning, "The feed stands at {Position}; it goes on when the database answers again")]
    private static partial void LogAway(ILogger logger, long position, Exception fault);
}
