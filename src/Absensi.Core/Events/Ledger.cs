using Absensi.Core.Attendance;

namespace Absensi.Core.Events;

/// <summary>
/// The log's end and the days a batch of taps touches, held still while the batch is decided one tap after the other.
/// What it gathers is what has to be written, all of it or nothing.
/// </summary>
public sealed class Ledger(long lastId, string lastHash, long lastAttendanceId, WorkRules rules)
{
    private readonly Dictionary<(long UserId, DateOnly Date), AttendanceDay> _days = [];
    private readonly HashSet<(long, DateOnly)> _touched = [];
    private readonly List<LogEntry> _entries = [];
    private long _lastAttendanceId = lastAttendanceId;

    public long LastId { get; private set; } = lastId;
    public string LastHash { get; private set; } = lastHash;

    /// <summary>The id a new row of <c>attendances</c> gets.</summary>
    public long NextAttendanceId => _lastAttendanceId + 1;

    /// <summary>New entries, in order, chained.</summary>
    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>The days the new entries made or changed, as they are now.</summary>
    public IReadOnlyList<AttendanceDay> Days => _touched.Select(key => _days[key]).ToList();

    /// <summary>Tells of a day as it stands before the batch.</summary>
    public void Know(AttendanceDay day) => _days[(day.UserId, day.Date)] = day;

    public (LogEntry? Entry, Refusal? Refusal) Record(Tap tap, string? requestId)
    {
        var today = _days.GetValueOrDefault((tap.UserId, DateOnly.FromDateTime(tap.LocalTime)));
        var (fact, refusal) = Clock.Decide(tap, today, NextAttendanceId, rules);
        return fact is null ? (null, refusal) : (Append(fact, requestId), null);
    }

    /// <summary>Writes a workday nobody saw the person on as absent; nothing when the day is known already.</summary>
    public LogEntry? RecordAbsence(long userId, string userName, DateOnly day, string nodeId) =>
        _days.ContainsKey((userId, day)) ? null : Append(Absence.On(day, userId, userName, _lastAttendanceId + 1, rules, nodeId), null);

    /// <summary>Puts a fact that is already decided at the log's end.</summary>
    public LogEntry Append(AttendanceFact fact, string? requestId)
    {
        var key = (fact.UserId, fact.Date);
        _days[key] = Projection.Apply(_days.GetValueOrDefault(key), fact);
        _touched.Add(key);
        _lastAttendanceId = Math.Max(_lastAttendanceId, fact.Id);
        var entry = HashChain.Chain(LastHash, new LogEntry
        {
            Id = ++LastId,
            AttendanceId = fact.Id,
            UserId = fact.UserId,
            EventType = fact.EventType,
            NodeId = fact.NodeId,
            Payload = fact.ToJson(),
            CreatedAt = fact.Timestamp,
            RequestId = requestId,
        });
        LastHash = entry.Hash;
        _entries.Add(entry);
        return entry;
    }
}
