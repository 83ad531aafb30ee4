using System.Globalization;
using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Core.Events;

namespace Absensi.Storage;

/// <summary>One transaction for many taps.</summary>
internal sealed class ClockBatch(LedgerWriter writer, Dialect sql, WorkRules rules, string nodeId)
{
    /// <returns>An answer for each request, in their order.</returns>
    public Task<ClockAnswer[]> CommitAsync(IReadOnlyList<ClockRequest> requests, CancellationToken cancel) =>
        writer.WriteAsync(open => DecideAsync(requests, open), cancel);

    private async Task<ClockAnswer[]> DecideAsync(IReadOnlyList<ClockRequest> requests, OpenLedger open)
    {
        var (ledger, run) = (open.Ledger, open.Run);
        var times = requests.Select(r => rules.LocalTime(open.UtcNow - r.Waited)).ToArray();
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

        return answers;
    }

    private ClockAnswer Decide(Ledger ledger, ClockRequest request, string name, DateTime at)
    {
        var tap = new Tap(request.Kind, request.UserId, name, request.Position, request.Accuracy, at, nodeId);
        var (entry, refusal) = ledger.Record(tap, request.RequestId);
        return entry is not null ? new ClockAnswer.Accepted(entry, IsNew: true) : new ClockAnswer.Refused(refusal!.Value);
    }

    private static ClockAnswer Again(LogEntry first, ClockRequest request) =>
        first.UserId == request.UserId ? new ClockAnswer.Accepted(first) : new ClockAnswer.KeyTaken();

    private async Task<Dictionary<string, LogEntry>> EarlierAsync(IReadOnlyList<ClockRequest> requests, Statements run)
    {
        var ids = JsonSerializer.Serialize(requests.Select(r => new { request_id = r.RequestId }).Distinct());
        var rows = await run.QueryAsync<EventLog.Row>(
            $"SELECT l.* FROM {sql.JsonRows("ids", ("request_id", "VARCHAR(36)"))} j JOIN attendance_logs l ON l.request_id = j.request_id", new { ids });
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
             FROM {sql.JsonRows("wanted", ("user_id", "BIGINT"), ("date", "DATE"))} j
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
}
