using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Features.Errors;

namespace Absensi.Features.Clock;

/// <summary>The body of a tap: <c>{"latitude":-6.2088,"longitude":106.8456}</c>, and <c>accuracy</c> in metres where the phone says it.</summary>
public sealed record ClockBody(Position Position, double? Accuracy)
{
    /// <summary>Reads it by hand, so that each field that is wrong is told by its name in the contract's words.</summary>
    public static async Task<(ClockBody? Body, ValidationFailure? Failure)> ReadAsync(HttpRequest request)
    {
        var errors = new Dictionary<string, string[]>();
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = 8 }, request.HttpContext.RequestAborted);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return (null, Malformed());
            var latitude = Number(document.RootElement, "latitude", Position.IsLatitude, 90, errors);
            var longitude = Number(document.RootElement, "longitude", Position.IsLongitude, 180, errors);
            var accuracy = document.RootElement.TryGetProperty("accuracy", out var a) && a.ValueKind == JsonValueKind.Number && a.TryGetDouble(out var metres)
                && double.IsFinite(metres) && metres >= 0 ? Math.Round(Math.Min(metres, 1e7), 1) : (double?)null;
            return errors.Count > 0 ? (null, ValidationFailure.Of(errors)) : (new ClockBody(new Position(latitude, longitude), accuracy), null);
        }
        catch (JsonException)
        {
            return (null, Malformed());
        }
    }

    private static ValidationFailure Malformed() =>
        ValidationFailure.Of(new Dictionary<string, string[]> { ["body"] = ["The body must be a JSON object with latitude and longitude."] });

    private static double Number(JsonElement body, string name, Func<double, bool> inRange, int limit, Dictionary<string, string[]> errors)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            errors[name] = [$"The {name} field is required."];
        else if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
            errors[name] = [$"The {name} field must be a number."];
        else if (!inRange(number))
            errors[name] = [$"The {name} field must be between -{limit} and {limit}."];
        else
            return number;
        return 0;
    }
}
