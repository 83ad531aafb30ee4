using System.Globalization;
using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Core.Events;

namespace Absensi.Storage;

/// <summary>Many rows in one statement: they travel as one JSON parameter.</summary>
internal static class BulkWrites
{
    private static readonly (string Name, string Type)[] DayColumns =
    [
        ("id", "BIGINT"), ("user_id", "BIGINT"), ("type", "VARCHAR(3)"), ("date", "DATE"), ("jam_masuk", "DATETIME"), ("jam_pulang", "DATETIME"),
        ("latitude_masuk", "DECIMAL(10,8)"), ("longitude_masuk", "DECIMAL(11,8)"), ("latitude_pulang", "DECIMAL(10,8)"), ("longitude_pulang", "DECIMAL(11,8)"),
        ("node_id", "VARCHAR(50)"), ("status", "VARCHAR(10)"), ("duration_minutes", "INT"), ("created_at", "DATETIME"), ("updated_at", "DATETIME"),
    ];

    private static readonly (string Name, string Type)[] EntryColumns =
    [
        ("id", "BIGINT"), ("attendance_id", "BIGINT"), ("user_id", "BIGINT"), ("event_type", "VARCHAR(50)"), ("node_id", "VARCHAR(50)"),
        ("payload", "TEXT"), ("created_at", "DATETIME"), ("request_id", "VARCHAR(36)"), ("hash", "CHAR(64)"),
    ];

    // What travels is read by the database alone: a quote takes two bytes, not the six that a page would need.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes days, new or changed, from the JSON array in <c>@rows</c>.</summary>
    public static string UpsertDays(Dialect sql) =>
        $"{InsertFrom(sql, "attendances", DayColumns)} WHERE 1 = 1 {sql.OnTaken("id", DayColumns.Select(c => c.Name).Except(["id", "user_id", "date", "created_at"]).ToArray())}";

    public static string InsertEntries(Dialect sql) => InsertFrom(sql, "attendance_logs", EntryColumns);

    public static string ToJson(IEnumerable<AttendanceDay> days) => JsonSerializer.Serialize(days.Select(d => new
    {
        id = d.Id,
        user_id = d.UserId,
        type = d.Type == ClockKind.In ? "in" : "out",
        date = d.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        jam_masuk = Time(d.ClockedInAt),
        jam_pulang = Time(d.ClockedOutAt),
        latitude_masuk = d.ClockedInFrom?.Latitude,
        longitude_masuk = d.ClockedInFrom?.Longitude,
        latitude_pulang = d.ClockedOutFrom?.Latitude,
        longitude_pulang = d.ClockedOutFrom?.Longitude,
        node_id = d.NodeId,
        status = d.Status.ToString(),
        duration_minutes = d.DurationMinutes,
        created_at = Time(d.CreatedAt),
        updated_at = Time(d.UpdatedAt),
    }), Plain);

    public static string ToJson(IEnumerable<LogEntry> entries) => JsonSerializer.Serialize(entries.Select(e => new
    {
        id = e.Id,
        attendance_id = e.AttendanceId,
        user_id = e.UserId,
        event_type = e.EventType,
        node_id = e.NodeId,
        payload = e.Payload,
        created_at = Time(e.CreatedAt),
        request_id = e.RequestId,
        hash = e.Hash,
    }), Plain);

    private static string InsertFrom(Dialect sql, string table, (string Name, string Type)[] columns) =>
        $"INSERT INTO {table} ({string.Join(", ", columns.Select(c => c.Name))}) SELECT {string.Join(", ", columns.Select(c => "j." + c.Name))} FROM {sql.JsonRows("rows", columns)} j";

    private static string? Time(DateTime? time) => time?.ToString(AttendanceFact.TimeFormat, CultureInfo.InvariantCulture);
}
