using System.Globalization;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;

namespace Absensi.Features.History;

/// <summary>A row as the API tells it: local times as text, the document's names.</summary>
public sealed record HistoryRow(
    long Id, long UserId, string UserName, string? Type, string Date, string? JamMasuk, string? JamPulang, double? LatitudeMasuk, double? LongitudeMasuk,
    double? LatitudePulang, double? LongitudePulang, string? NodeId, string? Status, int? DurationMinutes, string Duration)
{
    public static HistoryRow Of(AttendanceRow row) => new(
        row.Id!.Value, row.UserId, row.UserName, row.Type, row.Date!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Time(row.JamMasuk), Time(row.JamPulang),
        row.LatitudeMasuk, row.LongitudeMasuk, row.LatitudePulang, row.LongitudePulang, row.NodeId, row.Status, row.DurationMinutes,
        Core.Attendance.Duration.Format(row.DurationMinutes));

    private static string? Time(DateTime? time) => time?.ToString(AttendanceFact.TimeFormat, CultureInfo.InvariantCulture);
}
