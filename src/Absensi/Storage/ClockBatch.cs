using System.Globalization;
using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Core.Events;

namespace Absensi.Storage;

/// <summary>One transaction for many taps.</summary>
internal sealed class ClockBatch(LedgerWriter writer, Dialect sql, WorkRules rules, string nodeId)
{
#if ANSWERS_BEFORE_COMMIT
    /// <summary>The fault that the chaos proof has to find (docs/chaos.md). No other build has it.</summary>
    public Func<ClockAnswer[], Task>? Decided { get; set; }
#endif

    private readonly string _earlier = $"SELECT l.* FROM {sql.JsonRows("ids", ("request_id", "VARCHAR(36)"))} j JOIN attendance_logs l ON l.request_id = j.request_id";

    private readonly string _days =
        $"""
         SELECT u.id AS person_id, u.name AS user_name, {AttendanceRow.Columns}
         FROM {sql.JsonRows("wanted", ("user_id", "BIGINT"), ("date", "DATE"))} j
         JOIN users u ON u.id = j.user_id
         LEFT JOIN attendances a ON a.user_id = j.user_id AND a.date = j.date
         """;

    /// <param name="gather">Called once the log is locked: whatever has queued up to then is one batch.</param>
    /// <param name="committed">Called after the commit, before anybody is told of it.</param>
    /// <returns>An answer for each request, in their order.</returns>
    public Task<ClockAnswer[]> CommitAsync(Func<IReadOnlyList<ClockRequest>> gather, Action committed, CancellationToken cancel) => writer.WriteAsync(async open =>
    {
        var requests = gather();
        var times = requests.Select(r => rules.LocalTime(open.UtcNow - r.Waited)).ToArray();
        var earlier = new Question<EventLog.Row>(_earlier, ("ids", JsonSerializer.Serialize(requests.Select(r => new { request_id = r.RequestId }).Distinct())));
        var days = new Question<Person>(_days, ("wanted", JsonSerializer.Serialize(
            requests.Select((r, i) => new { user_id = r.UserId, date = times[i].ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }).Distinct())));
        await open.Run.TogetherAsync(earlier, days);
        var answers = Decide(requests, times, earlier.Rows, days.Rows, open.Ledger);
#if ANSWERS_BEFORE_COMMIT
        if (Decided is { } tell) await tell(answers);
#endif
        return answers;
    }, cancel, committed);

    private ClockAnswer[] Decide(IReadOnlyList<ClockRequest> requests, DateTime[] times, List<EventLog.Row> earlierRows, List<Person> days, Ledger ledger)
    {
        var earlier = earlierRows.ToDictionary(r => r.RequestId!, r => r.ToEntry(), StringComparer.Ordinal);
        var names = new Dictionary<long, string>();
        foreach (var day in days)
        {
            names[day.PersonId] = day.UserName;
            if (day.Id is not null) ledger.Know(day.ToDay());
        }

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

    private sealed class Person : AttendanceRow
    {
        public long PersonId { get; init; }
    }
}
