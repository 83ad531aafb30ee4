using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Absensi.Core.Attendance;

namespace Absensi.Core.Events;

/// <summary>
/// What happened, once and for all: the payload of a log entry. Its first nine members are the document's event data;
/// the rest is what a row of <c>attendances</c> needs besides, so that the row can be rebuilt from facts alone.
/// </summary>
public sealed record AttendanceFact
{
    public required long Id { get; init; }
    public required long UserId { get; init; }
    public required string UserName { get; init; }
    public required ClockKind Type { get; init; }

    /// <summary>Local wall time, to the second.</summary>
    public required DateTime Timestamp { get; init; }
    public Position? Position { get; init; }
    public required string NodeId { get; init; }
    public required AttendanceStatus Status { get; init; }
    public required DateOnly Date { get; init; }

    /// <summary>Of a clock-out: when the person had clocked in.</summary>
    public DateTime? ClockedInAt { get; init; }
    public int? DurationMinutes { get; init; }

    /// <summary>Of a clock-in: the rule it was judged by.</summary>
    public TimeOnly? WorkStart { get; init; }

    /// <summary>Radius of the position's uncertainty in metres, as the phone reported it.</summary>
    public double? Accuracy { get; init; }

    /// <summary>
    /// Of a day that comes from another system's table and that the members above can't tell in full: the whole of it,
    /// after this fact.
    /// </summary>
    public AttendanceDay? Row { get; init; }

    public string EventType => Type == ClockKind.In ? EventTypes.Created : EventTypes.Updated;

    public const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    // Names may hold any letter; the JSON is never pasted into a page, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Whole = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public string ToJson()
    {
        using var buffer = new MemoryStream(384);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            WriteEventData(json);
            json.WriteString("date", Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            if (ClockedInAt is { } clockedInAt) json.WriteString("jam_masuk", Format(clockedInAt));
            if (DurationMinutes is { } minutes) json.WriteNumber("duration_minutes", minutes);
            if (WorkStart is { } start) json.WriteString("work_start", start.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
            if (Accuracy is { } accuracy) json.WriteNumber("accuracy", accuracy);
            if (Row is not null)
            {
                json.WritePropertyName("row");
                JsonSerializer.Serialize(json, Row, Whole);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The nine members of the document's event, in its order, into an object that is open.</summary>
    public void WriteEventData(Utf8JsonWriter json)
    {
        json.WriteNumber("id", Id);
        json.WriteNumber("user_id", UserId);
        json.WriteString("user_name", UserName);
        json.WriteString("type", Type == ClockKind.In ? "in" : "out");
        json.WriteString("timestamp", Format(Timestamp));
        if (Position is { } at)
        {
            json.WriteNumber("latitude", at.Latitude);
            json.WriteNumber("longitude", at.Longitude);
        }
        else
        {
            json.WriteNull("latitude");
            json.WriteNull("longitude");
        }

        json.WriteString("node_id", NodeId);
        json.WriteString("status", Status.ToString());
    }

    /// <exception cref="FormatException">The text is not the payload of an attendance event.</exception>
    public static AttendanceFact Parse(string payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var json = document.RootElement;
            return new AttendanceFact
            {
                Id = json.GetProperty("id").GetInt64(),
                UserId = json.GetProperty("user_id").GetInt64(),
                UserName = json.GetProperty("user_name").GetString()!,
                Type = json.GetProperty("type").GetString() == "in" ? ClockKind.In : ClockKind.Out,
                Timestamp = Time(json.GetProperty("timestamp")),
                Position = json.GetProperty("latitude").ValueKind == JsonValueKind.Null
                    ? null : new Position(json.GetProperty("latitude").GetDouble(), json.GetProperty("longitude").GetDouble()),
                NodeId = json.GetProperty("node_id").GetString()!,
                Status = Enum.Parse<AttendanceStatus>(json.GetProperty("status").GetString()!),
                Date = DateOnly.ParseExact(json.GetProperty("date").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
                ClockedInAt = json.TryGetProperty("jam_masuk", out var clockedInAt) ? Time(clockedInAt) : null,
                DurationMinutes = json.TryGetProperty("duration_minutes", out var minutes) ? minutes.GetInt32() : null,
                WorkStart = json.TryGetProperty("work_start", out var start)
                    ? TimeOnly.ParseExact(start.GetString()!, "HH:mm:ss", CultureInfo.InvariantCulture) : null,
                Accuracy = json.TryGetProperty("accuracy", out var accuracy) ? accuracy.GetDouble() : null,
                Row = json.TryGetProperty("row", out var row) ? row.Deserialize<AttendanceDay>(Whole) : null,
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"not the payload of an attendance event: {e.Message}", e);
        }
    }

    private static string Format(DateTime time) => time.ToString(TimeFormat, CultureInfo.InvariantCulture);
    private static DateTime Time(JsonElement json) => DateTime.ParseExact(json.GetString()!, TimeFormat, CultureInfo.InvariantCulture);
}
