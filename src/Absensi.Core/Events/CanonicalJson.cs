using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Absensi.Core.Events;

/// <summary>
/// One spelling per JSON value, whatever a database did to its text: keys sorted by code point, no white space, numbers
/// that are equal printed alike. MySQL's JSON type reorders keys and reprints numbers; the hash must not notice.
/// </summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static byte[] From(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream(json.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer, Plain)) Write(document.RootElement, writer);
        return buffer.ToArray();
    }

    private static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(item, writer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(value), skipInputValidation: true);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Number(JsonElement value) =>
        value.TryGetInt64(out var whole) ? whole.ToString(CultureInfo.InvariantCulture)
        : value.GetDouble() is var real && real == Math.Truncate(real) && Math.Abs(real) < 1e15
            ? ((long)real).ToString(CultureInfo.InvariantCulture)
            : value.GetDouble().ToString("R", CultureInfo.InvariantCulture);
}
