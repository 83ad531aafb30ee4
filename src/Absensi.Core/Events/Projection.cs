using Absensi.Core.Attendance;

namespace Absensi.Core.Events;

/// <summary>How a fact changes a day. The writer and <c>verify</c> both go through here, so a row is what the log says by construction.</summary>
public static class Projection
{
    /// <param name="day">The day before the fact, or null when the fact begins it.</param>
    public static AttendanceDay Apply(AttendanceDay? day, AttendanceFact fact)
    {
        if (fact.Row is not null) return fact.Row;
        var next = (day ?? New(fact)) with { Type = fact.Type, UpdatedAt = fact.Timestamp };
        return fact.Type == ClockKind.In
            ? next with
            {
                ClockedInAt = fact.Status == AttendanceStatus.Alpha ? null : fact.Timestamp,
                ClockedInFrom = fact.Position,
                NodeId = fact.NodeId,
                Status = fact.Status,
            }
            : next with
            {
                ClockedOutAt = fact.Timestamp,
                ClockedOutFrom = fact.Position,
                DurationMinutes = fact.DurationMinutes,
            };
    }

    private static AttendanceDay New(AttendanceFact fact) =>
        new() { Id = fact.Id, UserId = fact.UserId, Date = fact.Date, NodeId = fact.NodeId, CreatedAt = fact.Timestamp };
}
