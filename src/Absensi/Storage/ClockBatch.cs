using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Dapper;

namespace Absensi.Storage;

/// <summary>
/// One transaction for many taps. It takes <c>event_head</c> first, so that from there to the commit it is the only writer
/// of attendance in the whole cluster: what it reads stays true, and numbers are given in commit order.
/// </summary>
internal sealed class ClockBatch(Database database, WorkRules rules, string nodeId)
{
    private readonly Dialect _sql = database.Dialect;

    /// <returns>An answer for each request, in their order, and the entries that are new.</returns>
    public Task<(ClockAnswer[] Answers, IReadOnlyList<LogEntry> Entries)> CommitAsync(IReadOnlyList<ClockRequest> requests, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction) => RunAsync(requests, new Statements(connection, transaction, cancel)), cancel);

    private async Task<(ClockAnswer[], IReadOnlyList<LogEntry>)> RunAsync(IReadOnlyList<ClockRequest> requests, Statements run)
    {
        var head = await run.SingleAsync<Head>($"SELECT last_id, last_hash FROM event_head WHERE id = 1 {_sql.ForUpdate}");
        // A statement of its own: the one that waited for the lock would tell the time, and see the rows, of when it began to wait.
        var now = await run.SingleAsync<Now>($"SELECT {_sql.UtcNow} AS utc, (SELECT COALESCE(MAX(id), 0) FROM attendances) AS last_attendance_id");
        var times = requests.Select(r => rules.LocalTime(Database.Utc(now.Utc) - r.Waited)).ToArray();
        var ledger = new Ledger(head.LastId, head.LastHash, now.LastAttendanceId, rules);
        var earlier = await EarlierAsync(requests, run);
        var names = await KnowAsync(ledger, requests, times, run);

        var answers = new ClockAnswer[requests.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var request = requests[i];
            answers[i] = earlier.TryGetValue(request.RequestId, out var first) ? Again(first, request)
                : names.TryGetValue(request.UserId, out var name) ? Decide(ledger, request, name, times[i])
                : new ClockAnswer.NoSuchPerson();
            if (answers[i] is ClockAnswer.Accepted { Entry: var entry }) earlier[request.RequestId] = entry;
        }

        if (ledger.Entries.Count == 0) return (answers, []);
        await run.ExecuteAsync(BulkWrites.UpsertDays(_sql), new { rows = BulkWrites.ToJson(ledger.Days) });
        await run.ExecuteAsync(BulkWrites.InsertEntries(_sql), new { rows = BulkWrites.ToJson(ledger.Entries) });
        await run.ExecuteAsync("UPDATE event_head SET last_id = @LastId, last_hash = @LastHash WHERE id = 1", new { ledger.LastId, ledger.LastHash });
        return (answers, ledger.Entries);
    }

    private ClockAnswer Decide(Ledger ledger, ClockRequest request, string name, DateTime at)
    {
        var tap = new Tap(request.Kind, request.UserId, name, request.Position, request.Accuracy, at, nodeId);
        var (entry, refusal) = ledger.Record(tap, request.RequestId);
        return entry is not null ? new ClockAnswer.Accepted(entry) : new ClockAnswer.Refused(refusal!.Value);
    }

    private static ClockAnswer Again(LogEntry first, ClockRequest request) =>
        first.UserId == request.UserId ? new ClockAnswer.Accepted(first) : new ClockAnswer.KeyTaken();

    private async Task<Dictionary<string, LogEntry>> EarlierAsync(IReadOnlyList<ClockRequest> requests, Statements run)
    {
        var ids = JsonSerializer.Serialize(requests.Select(r => new { request_id = r.RequestId }).Distinct());
        var rows = await run.QueryAsync<EventLog.Row>(
            $"SELECT l.* FROM {_sql.JsonRows("ids", ("request_id", "VARCHAR(36)"))} j JOIN attendance_logs l ON l.request_id = j.request_id", new { ids });
        return rows.ToDictionary(r => r.RequestId!, r => r.ToEntry(), StringComparer.Ordinal);
    }

    /// <summary>Tells the ledger of the days in question.</summary>
    /// <returns>The names of those who exist.</returns>
    private async Task<Dictionary<long, string>> KnowAsync(Ledger ledger, IReadOnlyList<ClockRequest> requests, DateTime[] times, Statements run)
    {
        var wanted = JsonSerializer.Serialize(requests
            .Select((r, i) => new { user_id = r.UserId, date = times[i].ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }).Distinct());
        var rows = await run.QueryAsync<Person>(
            $"""
             SELECT u.id AS person_id, u.name AS user_name, {AttendanceRow.Columns}
             FROM {_sql.JsonRows("wanted", ("user_id", "BIGINT"), ("date", "DATE"))} j
             JOIN users u ON u.id = j.user_id
             LEFT JOIN attendances a ON a.user_id = j.user_id AND a.date = j.date
             """, new { wanted });
        var names = new Dictionary<long, string>();
        foreach (var row in rows)
        {
            names[row.PersonId] = row.UserName;
            if (row.Id is not null) ledger.Know(row.ToDay());
        }

        return names;
    }

    private sealed class Person : AttendanceRow
    {
        public long PersonId { get; init; }
    }

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

    /// <summary>Dapper, within the one transaction.</summary>
    private readonly struct Statements(DbConnection connection, DbTransaction transaction, CancellationToken cancel)
    {
        public Task<T> SingleAsync<T>(string sql) => connection.QuerySingleAsync<T>(Command(sql, null));
        public Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters) => connection.QueryAsync<T>(Command(sql, parameters));
        public Task<int> ExecuteAsync(string sql, object parameters) => connection.ExecuteAsync(Command(sql, parameters));
        private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: cancel);
    }
}
