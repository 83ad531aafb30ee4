using System.Diagnostics;
using System.Threading.Channels;
using Absensi.Core.Attendance;
using Absensi.Core.Events;

namespace Absensi.Storage;

/// <summary>
/// The node's one writer of attendance. Taps queue; when it is this node's turn it takes what has gathered and commits all of it
/// at once. Alone, a tap pays one commit; in a rush, hundreds share one.
/// </summary>
public sealed partial class AttendanceWriter(Database database, LedgerWriter ledger, EventLog log, WorkRules rules, string nodeId, ILogger<AttendanceWriter> logger)
    : BackgroundService
{
    public const int QueueLimit = 4096, BatchLimit = 256;

    /// <summary>Where more than so many wait, and the first of them for so long, the next would wait longer still.</summary>
    private const int Crowd = 128;
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a tap waits for its commit before its caller is told to ask again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly ClockBatch _batch = new(ledger, database.Dialect, rules, nodeId);

    private readonly Channel<Queued> _queue = Channel.CreateBounded<Queued>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Raised after a commit, once its callers have been answered, for each tap it holds.</summary>
    public event Action<TapTimes>? Recorded;

    /// <summary>Taps that wait for a commit.</summary>
    public int QueueLength => _queue.Reader.Count;

    /// <summary>Whether taps come faster than they can be written: who comes now had better be told at once to come again.</summary>
    public bool IsBehind => QueueLength > Crowd && _queue.Reader.TryPeek(out var first) && Stopwatch.GetElapsedTime(first.Request.ReceivedAt) > Behind;

    /// <summary>Completes when the tap is committed, or known to change nothing.</summary>
    /// <exception cref="StorageUnavailableException">The queue is full, or the database away or silent for <see cref="Patience"/>. Whether the tap was written is told by asking again with the same request id.</exception>
    public Task<ClockAnswer> ClockAsync(ClockRequest request)
    {
        var queued = new Queued(request, new TaskCompletionSource<ClockAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _queue.Writer.TryWrite(queued) ? queued.Answer.WithinAsync(Patience) : Task.FromException<ClockAnswer>(new StorageUnavailableException("the writer's queue is full"));
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        // What is queued when the node stops is still written: its callers wait for the answer.
        using var stop = stopping.Register(() => _queue.Writer.TryComplete());
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None)) await CommitAsync(new List<Queued>(BatchLimit));
    }

    private void Gather(List<Queued> batch)
    {
        while (batch.Count < BatchLimit && _queue.Reader.TryRead(out var queued))
        {
            if (!queued.Answer.Task.IsCompleted) batch.Add(queued);
        }
    }

    /// <param name="batch">Empty: to be filled from the queue at the last moment, when it is this node's turn to write.</param>
    private async Task CommitAsync(List<Queued> batch)
    {
#if ANSWERS_BEFORE_COMMIT
        _batch.Decided = early =>
        {
            for (var i = 0; i < early.Length; i++) batch[i].Answer.TrySetResult(early[i]);
            return Task.Delay(50);
        };
#endif
        var committedAt = 0L;
        try
        {
            var answers = await _batch.CommitAsync(() =>
            {
                if (batch.Count == 0) Gather(batch);
                return batch.ConvertAll(q => q.Request);
            }, () => committedAt = Stopwatch.GetTimestamp(), CancellationToken.None);
            for (var i = 0; i < answers.Length; i++) batch[i].Answer.TrySetResult(answers[i]);
            for (var i = 0; i < answers.Length; i++)
                if (answers[i] is ClockAnswer.Accepted { IsNew: true, Entry: var entry }) Recorded?.Invoke(new TapTimes(entry.Id, batch[i].Request.ReceivedAt, committedAt));
        }
        catch (Exception fault)
        {
            // Failed before its turn came, it still answers those who wait.
            if (batch.Count == 0) Gather(batch);
            await FailAsync(batch, fault);
        }
    }

    private async Task FailAsync(List<Queued> batch, Exception fault)
    {
        if (database.Dialect.IsUnavailable(fault))
        {
            LogUnavailable(logger, batch.Count, fault);
            await SettleAsync(batch, fault);
        }
        else if (batch.Count > 1)
        {
            // One bad tap must not take the others down with it.
            var half = batch.Count / 2;
            await CommitAsync(batch[..half]);
            await CommitAsync(batch[half..]);
        }
        else if (batch is [var (request, answer)])
        {
            LogFailed(logger, request.UserId, fault);
            answer.TrySetException(fault);
        }
    }

    /// <summary>A commit whose outcome is unknown is settled by looking: what is in the log was accepted.</summary>
    private async Task SettleAsync(IReadOnlyList<Queued> batch, Exception fault)
    {
        Dictionary<string, LogEntry> written = [];
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            var entries = await log.OfRequestsAsync(batch.Select(q => q.Request.RequestId).ToList(), patience.Token);
            await database.FlushAsync(patience.Token);
            written = entries.ToDictionary(e => e.RequestId!, StringComparer.Ordinal);
        }
        catch (Exception stillAway)
        {
            // Every caller is told to ask again.
            if (!database.Dialect.IsUnavailable(stillAway) && stillAway is not OperationCanceledException) LogUnsettled(logger, batch.Count, stillAway);
        }

        foreach (var (request, answer) in batch)
        {
            if (written.TryGetValue(request.RequestId, out var entry) && entry.UserId == request.UserId) answer.TrySetResult(new ClockAnswer.Accepted(entry));
            else answer.TrySetException(new StorageUnavailableException("the database is away", fault));
        }

        ledger.Announce(written.Values.OrderBy(e => e.Id).ToList());
    }

    private sealed record Queued(ClockRequest Request, TaskCompletionSource<ClockAnswer> Answer);

    [LoggerMessage(1, LogLevel.Warning, "Database unavailable while committing {Count} taps; each is settled by its request id")]
    private static partial void LogUnavailable(ILogger logger, int count, Exception fault);

    [LoggerMessage(3, LogLevel.Error, "The outcome of {Count} taps could not be looked up")]
    private static partial void LogUnsettled(ILogger logger, int count, Exception fault);

    [LoggerMessage(2, LogLevel.Error, "A tap of user {UserId} failed")]
    private static partial void LogFailed(ILogger logger, long userId, Exception fault);
}
