namespace Absensi.Core.Events;

/// <summary>Names of events on the wire and in <c>attendance_logs.event_type</c>.</summary>
public static class EventTypes
{
    public const string Created = "AbsensiCreated";
    public const string Updated = "AbsensiUpdated";
}
