using Absensi.Core.Attendance;

namespace Absensi.Storage;

/// <summary>A row of <c>attendances</c> as the tables have it.</summary>
public class AttendanceRow
{
    public long? Id { get; init; }
    public long UserId { get; init; }
    public string? Type { get; init; }
    public DateOnly? Date { get; init; }
    public DateTime? JamMasuk { get; init; }
    public DateTime? JamPulang { get; init; }
    public double? LatitudeMasuk { get; init; }
    public double? LongitudeMasuk { get; init; }
    public double? LatitudePulang { get; init; }
    public double? LongitudePulang { get; init; }
    public string? NodeId { get; init; }
    public string? Status { get; init; }
    public int? DurationMinutes { get; init; }
    public DateTime? CreatedAt { get; init; }
    public DateTime? UpdatedAt { get; init; }

    /// <summary>From a join with <c>users</c>, where there was one.</summary>
    public string UserName { get; init; } = "";

    public const string Columns =
        "a.id, a.user_id, a.type, a.date, a.jam_masuk, a.jam_pulang, a.latitude_masuk, a.longitude_masuk, a.latitude_pulang, " +
        "a.longitude_pulang, a.node_id, a.status, a.duration_minutes, a.created_at, a.updated_at";

    /// <summary>Where the clock-in was made; null unless both coordinates are a place on Earth.</summary>
    public Position? ClockedInFrom => At(LatitudeMasuk, LongitudeMasuk);
    public Position? ClockedOutFrom => At(LatitudePulang, LongitudePulang);

    public AttendanceDay ToDay() => new()
    {
        Id = Id!.Value,
        UserId = UserId,
        Date = Date!.Value,
        Type = Type == "out" ? ClockKind.Out : ClockKind.In,
        ClockedInAt = JamMasuk,
        ClockedOutAt = JamPulang,
        ClockedInFrom = ClockedInFrom,
        ClockedOutFrom = ClockedOutFrom,
        NodeId = NodeId,
        Status = Enum.Parse<AttendanceStatus>(Status!),
        DurationMinutes = DurationMinutes,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };

    private static Position? At(double? latitude, double? longitude) =>
        latitude is { } lat && longitude is { } lon && Position.IsLatitude(lat) && Position.IsLongitude(lon) ? new Position(lat, lon) : null;
}
