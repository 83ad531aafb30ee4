using Absensi.Core.Events;

namespace Absensi.Core.Attendance;

/// <summary>A tap as the rules see it: who, which, where, and the local second it happened.</summary>
public sealed record Tap(ClockKind Kind, long UserId, string UserName, Position Position, double? Accuracy, DateTime LocalTime, string NodeId);

/// <summary>The document's business rules for the two taps of a day. Pure: the day so far goes in, a fact or a refusal comes out.</summary>
public static class Clock
{
    /// <param name="today">The person's row of the tap's date, or null.</param>
    /// <param name="newId">The id a new row would get.</param>
    public static (AttendanceFact? Fact, Refusal? Refusal) Decide(Tap tap, AttendanceDay? today, long newId, WorkRules rules) =>
        tap.Kind == ClockKind.In ? In(tap, today, newId, rules) : Out(tap, today, rules);

    private static (AttendanceFact?, Refusal?) In(Tap tap, AttendanceDay? today, long newId, WorkRules rules)
    {
        if (today?.ClockedInAt is not null) return (null, Refusal.AlreadyClockedIn);
        var fact = Fact(tap, today?.Id ?? newId, rules.Judge(tap.LocalTime)) with { WorkStart = rules.WorkStart };
        return (fact, null);
    }

    private static (AttendanceFact?, Refusal?) Out(Tap tap, AttendanceDay? today, WorkRules rules)
    {
        if (today?.ClockedInAt is not { } clockedInAt) return (null, Refusal.NotClockedIn);
        if (today.ClockedOutAt is not null) return (null, Refusal.AlreadyClockedOut);
        var fact = Fact(tap, today.Id, today.Status) with
        {
            ClockedInAt = clockedInAt,
            DurationMinutes = rules.MinutesBetween(clockedInAt, tap.LocalTime),
        };
        return (fact, null);
    }

    private static AttendanceFact Fact(Tap tap, long id, AttendanceStatus status) => new()
    {
        Id = id,
        UserId = tap.UserId,
        UserName = tap.UserName,
        Type = tap.Kind,
        Timestamp = tap.LocalTime,
        Position = tap.Position,
        Accuracy = tap.Accuracy,
        NodeId = tap.NodeId,
        Status = status,
        Date = DateOnly.FromDateTime(tap.LocalTime),
    };
}
