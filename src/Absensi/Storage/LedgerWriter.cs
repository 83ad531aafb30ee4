using Absensi.Core.Attendance;
using Absensi.Core.Events;

namespace Absensi.Storage;

/// <summary>
/// The one place that writes attendance. It takes <c>event_head</c> first, so that from there to the commit it is the only
/// writer of attendance in the whole cluster: what the work reads stays true, and numbers are given in commit order.
/// </summary>
public sealed partial class LedgerWriter(Database database, WorkRules rules, ILogger<LedgerWriter> logger)
{
    /// <summary>Raised after a commit with the entries it made, in order.</summary>
    public event Action<IReadOnlyList<LogEntry>>? Committed;

    private readonly string _head = $"SELECT last_id, last_hash FROM event_head WHERE id = 1 {database.Dialect.ForUpdate}";

    // A statement of its own: the one that waited for the lock would tell the time, and see the rows, of when it began to wait.
    private readonly string _now = $"SELECT {database.Dialect.UtcNow} AS utc, (SELECT COALESCE(MAX(id), 0) FROM attendances) AS last_attendance_id";

    private readonly string _upsertDays = BulkWrites.UpsertDays(database.Dialect), _insertEntries = BulkWrites.InsertEntries(database.Dialect);

    /// <summary>Runs the work on the open ledger, writes what it gathered and commits: all of it or nothing.</summary>
    /// <param name="committed">Called after the commit, before anybody is told of it.</param>
    public async Task<T> WriteAsync<T>(Func<OpenLedger, Task<T>> work, CancellationToken cancel, Action? committed = null)
    {
        var (result, entries) = await database.WriteAsync(async (connection, transaction) =>
        {
            var ledger = await OpenAsync(new Statements(connection, transaction, cancel));
            return (await work(ledger), await SaveAsync(ledger));
        }, cancel);
        committed?.Invoke();
        Announce(entries);
        return result;
    }

    /// <summary>Tells those who listen of entries that are committed.</summary>
    internal void Announce(IReadOnlyList<LogEntry> entries)
    {
        try
        {
            if (entries.Count > 0) Committed?.Invoke(entries);
        }
        catch (Exception fault)
        {
            // They are committed; who listens can't change that, nor stop the writer.
            LogUnheard(logger, entries[0].Id, fault);
        }
    }

    private async Task<OpenLedger> OpenAsync(Statements run)
    {
        var (heads, times) = (new Question<Head>(_head), new Question<Now>(_now));
        await run.TogetherAsync(heads, times);
        var (head, now) = (heads.Rows.Single(), times.Rows.Single());
        return new OpenLedger(new Ledger(head.LastId, head.LastHash, now.LastAttendanceId, rules), Database.Utc(now.Utc), run);
    }

    private async Task<IReadOnlyList<LogEntry>> SaveAsync(OpenLedger open)
    {
        var (ledger, run) = (open.Ledger, open.Run);
        if (ledger.Entries.Count == 0)
        {
            // What is answered now was read; the commit waits for it to be on the disk only if it has something to write itself.
            if (database.Dialect.Flush is { } flush) await run.ExecuteAsync(flush);
            return [];
        }

        await run.TogetherAsync(
            new Statement(_upsertDays, ("rows", BulkWrites.ToJson(ledger.Days))),
            new Statement(_insertEntries, ("rows", BulkWrites.ToJson(ledger.Entries))),
            new Statement("UPDATE event_head SET last_id = @lastId, last_hash = @lastHash WHERE id = 1", ("lastId", ledger.LastId), ("lastHash", ledger.LastHash)));
        return ledger.Entries;
    }

    [LoggerMessage(4, LogLevel.Error, "Entries from {First} on are committed, but telling so failed")]
    private static partial void LogUnheard(ILogger logger, long first, Exception fault);

    private sealed class Head
    {
        public long LastId { get; init; }
        public string LastHash { get; init; } = "";
    }

    private sealed class Now
    {
        public string Utc { get; init; } = "";
        public long LastAttendanceId { get; init; }
    }
}

/// <summary>The log's end, held still: nobody else writes attendance until the transaction ends.</summary>
/// <param name="UtcNow">The database's clock when the lock was had.</param>
public sealed record OpenLedger(Ledger Ledger, DateTime UtcNow, Statements Run);
