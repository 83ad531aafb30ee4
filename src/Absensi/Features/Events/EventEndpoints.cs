using System.Buffers;
using System.Text.Json;
using Absensi.Features.Errors;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Mvc;

namespace Absensi.Features.Events;

/// <summary>The feed for those whose WebSocket is gone: the same events, by position.</summary>
public static class EventEndpoints
{
    private const int MostAtOnce = 500;

    public static void MapEvents(this IEndpointRouteBuilder routes) => routes.MapGet("/api/events", ReadAsync)
        .RequireAuthorization(Policies.ReadAttendance)
        .WithSummary("Events after a position, oldest first: an admin's are everyone's, an employee's their own");

    private static async Task ReadAsync(HttpContext context, EventLog log, [FromQuery(Name = "after")] string? afterText, [FromQuery(Name = "limit")] string? limitText)
    {
        var errors = new Dictionary<string, string[]>();
        var after = Number("after", afterText, 0, 0, long.MaxValue, errors);
        var limit = Number("limit", limitText, 100, 1, MostAtOnce, errors);
        if (errors.Count > 0)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsJsonAsync(ValidationFailure.Of(errors), Json.Options);
            return;
        }

        var mine = context.User.IsInRole(Roles.Admin) ? (long?)null : context.User.Id();
        var entries = await log.ReadAsync(after, (int)limit, mine, context.RequestAborted);
        var lastId = entries.Count > 0 ? entries[^1].Id : after;
        var buffer = new ArrayBufferWriter<byte>(entries.Count * 320 + 64);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("events");
            foreach (var entry in entries) json.WriteRawValue(entry.ToWire(), skipInputValidation: true);
            json.WriteEndArray();
            json.WriteNumber("last_id", lastId);
            json.WriteEndObject();
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    private static long Number(string name, string? text, long otherwise, long least, long most, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(text)) return otherwise;
        if (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        errors[name] = [$"The {name} must be a whole number from {least} to {most}."];
        return otherwise;
    }
}
