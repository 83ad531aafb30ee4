namespace Absensi.Storage;

/// <summary>
/// Rows looked up by their key, as group commit writes them: one question at a time is under way, and all keys asked for
/// meanwhile make up the next. Alone, a look-up is one question; in a rush, dozens share it.
/// </summary>
/// <param name="ask">The rows there are for these keys, at most <see cref="AtOnce"/>, each once.</param>
/// <param name="patience">How long a look-up waits for its row before its caller is told to ask again; six seconds unless given.</param>
public sealed class KeyedLookup<TRow>(Func<IReadOnlyList<string>, Task<IReadOnlyDictionary<string, TRow>>> ask, TimeSpan? patience = null) where TRow : class
{
    public const int AtOnce = 64, QueueLimit = 4096;

    // Of a database that is silent each question takes until its time-out, and the last in the queue would wait for all of them.
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(6);

    private readonly Lock _lock = new();
    private readonly Queue<(string Key, TaskCompletionSource<TRow?> Answer)> _waiting = new();
    private bool _asking;

    /// <returns>The row, read after the call; null when there is none.</returns>
    /// <exception cref="StorageUnavailableException">Too many wait already, or there was no answer in time.</exception>
    public Task<TRow?> FindAsync(string key)
    {
        var answer = new TaskCompletionSource<TRow?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_waiting.Count >= QueueLimit) throw new StorageUnavailableException("too many look-ups wait");
            _waiting.Enqueue((key, answer));
            if (_asking) return answer.WithinAsync(_patience);
            _asking = true;
        }

        _ = AskAllAsync();
        return answer.WithinAsync(_patience);
    }

    private async Task AskAllAsync()
    {
        while (Gather() is { Count: > 0 } wanted)
        {
            try
            {
                var rows = await ask(wanted.Select(w => w.Key).Distinct().ToList());
                foreach (var (key, answer) in wanted) answer.TrySetResult(rows.GetValueOrDefault(key));
            }
            catch (Exception fault)
            {
                foreach (var (_, answer) in wanted) answer.TrySetException(fault);
            }
        }
    }

    private List<(string Key, TaskCompletionSource<TRow?> Answer)> Gather()
    {
        var wanted = new List<(string, TaskCompletionSource<TRow?>)>();
        lock (_lock)
        {
            while (wanted.Count < AtOnce && _waiting.TryDequeue(out var next))
            {
                if (!next.Answer.Task.IsCompleted) wanted.Add(next);
            }

            _asking = wanted.Count > 0;
        }

        return wanted;
    }
}
