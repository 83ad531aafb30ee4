using System.Diagnostics;
using Absensi.Core.Attendance;
using Absensi.Core.Events;

namespace Absensi.Storage;

/// <summary>A tap on its way to the log.</summary>
/// <param name="RequestId">A UUID; the <c>Idempotency-Key</c> where the caller sent one.</param>
/// <param name="ReceivedAt"><see cref="Stopwatch.GetTimestamp"/> when the node had read it: the tap's time is the database's minus what has passed since, so a queue makes nobody late.</param>
public sealed record ClockRequest(long UserId, ClockKind Kind, Position Position, double? Accuracy, string RequestId, long ReceivedAt)
{
    public TimeSpan Waited => Stopwatch.GetElapsedTime(ReceivedAt);
}

/// <summary>The way of a tap through its node: instants of <see cref="Stopwatch.GetTimestamp"/>.</summary>
public readonly record struct TapTimes(long EventId, long ReceivedAt, long CommittedAt);

/// <summary>What became of a <see cref="ClockRequest"/>.</summary>
public abstract record ClockAnswer
{
    private ClockAnswer() { }

    /// <summary>It is in the log, committed: now, or already by an earlier request with the same id.</summary>
    public sealed record Accepted(LogEntry Entry, bool IsNew = false) : ClockAnswer;

    public sealed record Refused(Refusal Reason) : ClockAnswer;

    /// <summary>The request id is somebody else's.</summary>
    public sealed record KeyTaken : ClockAnswer;

    public sealed record NoSuchPerson : ClockAnswer;
}
