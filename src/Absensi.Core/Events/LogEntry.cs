using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Absensi.Core.Events;

/// <summary>One entry of <c>attendance_logs</c>: a fact, its place in the order of commits, and the link to the entry before.</summary>
public sealed record LogEntry
{
    /// <summary>1, 2, 3, … in commit order over the whole cluster, without a gap.</summary>
    public required long Id { get; init; }
    public long? AttendanceId { get; init; }
    public required long UserId { get; init; }
    public required string EventType { get; init; }
    public required string NodeId { get; init; }

    /// <summary>JSON; a database may store it with other spacing or key order, so compare it through <see cref="CanonicalJson"/>.</summary>
    public required string Payload { get; init; }

    /// <summary>Local wall time, to the second.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>What an <c>Idempotency-Key</c> is looked up by; null for entries no request asked for.</summary>
    public string? RequestId { get; init; }

    /// <summary>SHA-256 in 64 lower-case hexadecimal digits, see <see cref="HashChain"/>.</summary>
    public string Hash { get; init; } = "";

    /// <summary>What a person keeps as proof: the entry's number and the first six digits of its hash.</summary>
    public string Receipt => $"{Id}-{Hash[..6].ToUpperInvariant()}";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document's event, UTF-8: <c>{"event_id":…,"event":…,"data":{…}}</c>.</summary>
    public byte[] ToWire()
    {
        using var buffer = new MemoryStream(320);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("event_id", Id);
            json.WriteString("event", EventType);
            json.WriteStartObject("data");
            AttendanceFact.Parse(Payload).WriteEventData(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
