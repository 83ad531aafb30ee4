using System.Diagnostics;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Features.Errors;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Mvc;

namespace Absensi.Features.Clock;

/// <summary>The two taps of a day. The answer is sent after the commit.</summary>
public static class ClockEndpoints
{
    public static void MapClock(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/absensi/masuk", (HttpContext context, AttendanceWriter writer) => TapAsync(context, writer, ClockKind.In)).Describe("Clock in");
        routes.MapPost("/absensi/pulang", (HttpContext context, AttendanceWriter writer) => TapAsync(context, writer, ClockKind.Out)).Describe("Clock out");
    }

    /// <summary>
    /// Where more taps wait than can be written soon, the next is told so at once, before anything is spent on it: before its session is looked
    /// up, and not by how many are on their way, for whoever sends a body slowly would hold a place.
    /// </summary>
    public static void UseTapLimit(this WebApplication app)
    {
        var writer = app.Services.GetRequiredService<AttendanceWriter>();
        app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<TapRoute>() is null || !writer.IsBehind) return next(context);
            context.Response.Headers.RetryAfter = "1";
            return Errors.Errors.WriteAsync(context, 503);
        });
    }

    private static void Describe(this RouteHandlerBuilder route, string summary) => route
        .RequireAuthorization(Policies.Clock).WithMetadata(new TapRoute()).WithSummary(summary)
        .WithDescription("Body {\"latitude\", \"longitude\"} in degrees. The same Idempotency-Key (a UUID) again returns the first answer.")
        .Accepts<ClockInput>("application/json").Produces<ClockSuccess>().Produces<ValidationFailure>(400).Produces<Failure>(401)
        .Produces<Failure>(403).Produces<Failure>(419).Produces<Failure>(422).Produces<Failure>(429).Produces<Failure>(503);

    private static async Task TapAsync(HttpContext context, AttendanceWriter writer, ClockKind kind)
    {
        var receivedAt = Stopwatch.GetTimestamp();
        var (body, failure) = await ClockBody.ReadAsync(context.Request);
        if (!TryRequestId(context.Request, out var requestId)) failure = InvalidKey("The Idempotency-Key header must be a UUID.");
        if (failure is not null)
        {
            await InvalidAsync(context, failure);
            return;
        }

        var answer = await writer.ClockAsync(new ClockRequest(context.User.Id(), kind, body!.Position, body.Accuracy, requestId, receivedAt));
        await (answer switch
        {
            ClockAnswer.Accepted { Entry: var entry } => context.Response.WriteAsJsonAsync(ClockSuccess.Of(entry), Json.Options),
            ClockAnswer.Refused { Reason: var reason } => Errors.Errors.WriteAsync(context, 422, Message(reason)),
            ClockAnswer.KeyTaken => InvalidAsync(context, InvalidKey("The Idempotency-Key belongs to another person's request.")),
            _ => Errors.Errors.WriteAsync(context, 401),
        });
    }

    private static bool TryRequestId(HttpRequest request, out string id)
    {
        var header = request.Headers["Idempotency-Key"].ToString();
        id = header.Length == 0 ? Guid.CreateVersion7().ToString() : Guid.TryParseExact(header, "D", out var key) ? key.ToString() : "";
        return id.Length > 0;
    }

    private static Task InvalidAsync(HttpContext context, ValidationFailure failure)
    {
        context.Response.StatusCode = 400;
        return context.Response.WriteAsJsonAsync(failure, Json.Options);
    }

    private sealed record TapRoute;

    private static ValidationFailure InvalidKey(string message) => ValidationFailure.Of(new Dictionary<string, string[]> { ["idempotency_key"] = [message] });

    private static string Message(Refusal reason) => reason switch
    {
        Refusal.AlreadyClockedIn => "Anda sudah melakukan absensi masuk hari ini",
        Refusal.NotClockedIn => "Anda belum melakukan absensi masuk hari ini",
        _ => "Anda sudah melakukan absensi pulang hari ini",
    };
}

/// <summary>For the OpenAPI document; <see cref="ClockBody"/> reads it.</summary>
public sealed record ClockInput(double Latitude, double Longitude, double? Accuracy);

public sealed record ClockSuccess(bool Success, string Message, ClockReceipt Data)
{
    public static ClockSuccess Of(LogEntry entry)
    {
        var fact = AttendanceFact.Parse(entry.Payload);
        return new ClockSuccess(true, fact.Type == ClockKind.In ? "Absensi masuk berhasil" : "Absensi pulang berhasil", ClockReceipt.Of(entry, fact));
    }
}

/// <summary>What the log holds of the tap, and the code that finds it there. Made from the entry alone, so a repeat gets the very same.</summary>
public sealed record ClockReceipt(
    long EventId, string Receipt, long Id, long UserId, string UserName, string Type, string Timestamp, string Date, string? JamMasuk, string? JamPulang,
    double? Latitude, double? Longitude, string NodeId, string Status, int? DurationMinutes, string Duration, string? WorkStart)
{
    public static ClockReceipt Of(LogEntry entry, AttendanceFact fact)
    {
        var timestamp = Local(fact.Timestamp);
        var isIn = fact.Type == ClockKind.In;
        return new ClockReceipt(
            entry.Id, entry.Receipt, fact.Id, fact.UserId, fact.UserName, isIn ? "in" : "out", timestamp, Local(fact.Timestamp)[..10],
            isIn ? timestamp : fact.ClockedInAt is { } t ? Local(t) : null, isIn ? null : timestamp,
            fact.Position?.Latitude, fact.Position?.Longitude, fact.NodeId, fact.Status.ToString(),
            fact.DurationMinutes, FormatDuration(fact), fact.WorkStart?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string FormatDuration(AttendanceFact fact) => Core.Attendance.Duration.Format(fact.DurationMinutes);
    private static string Local(DateTime time) => time.ToString(AttendanceFact.TimeFormat, System.Globalization.CultureInfo.InvariantCulture);
}
