using Absensi.Core.Events;

namespace Absensi.Core.Attendance;

/// <summary>A workday without a tap: the contract's <c>Alpha</c>. It begins the day's row at the end of work, without a clock-in, so a late one still finds its place.</summary>
public static class Absence
{
    public static AttendanceFact On(DateOnly day, long userId, string userName, long newId, WorkRules rules, string nodeId) => new()
    {
        Id = newId,
        UserId = userId,
        UserName = userName,
        Type = ClockKind.In,
        Timestamp = rules.EndOf(day),
        NodeId = nodeId,
        Status = AttendanceStatus.Alpha,
        Date = day,
    };
}
