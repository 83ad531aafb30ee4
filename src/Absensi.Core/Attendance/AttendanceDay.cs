namespace Absensi.Core.Attendance;

/// <summary>One person's day: a row of <c>attendances</c>. Times are local wall time, to the second.</summary>
public sealed record AttendanceDay
{
    public required long Id { get; init; }
    public required long UserId { get; init; }
    public required DateOnly Date { get; init; }
    public ClockKind Type { get; init; }
    public DateTime? ClockedInAt { get; init; }
    public DateTime? ClockedOutAt { get; init; }
    public Position? ClockedInFrom { get; init; }
    public Position? ClockedOutFrom { get; init; }
    public string? NodeId { get; init; }
    public AttendanceStatus Status { get; init; }

    /// <summary>Whole minutes from in to out.</summary>
    public int? DurationMinutes { get; init; }
    public DateTime? CreatedAt { get; init; }
    public DateTime? UpdatedAt { get; init; }
}
