using System.Text.Json;
using Absensi.Storage;
using Microsoft.Net.Http.Headers;

namespace Absensi.Features.Errors;

/// <summary>The contract's error answers: JSON for those who ask for JSON, otherwise a page. Never a stack trace.</summary>
public static partial class Errors
{
    public const string Fault = "Terjadi kesalahan sistem. Silakan coba lagi.";

    public static string Message(int status) => status switch
    {
        400 => "Permintaan tidak dapat dibaca. Periksa kembali isiannya.",
        401 => "Silakan masuk terlebih dahulu",
        403 => "Anda tidak memiliki akses ke data ini",
        404 => "Data tidak ditemukan",
        405 => "Cara permintaan ini tidak tersedia di alamat tersebut",
        413 => "Kiriman terlalu besar",
        415 => "Jenis kiriman tidak dikenali",
        419 => "Sesi formulir kedaluwarsa. Muat ulang halaman.",
        429 => "Terlalu banyak permintaan. Coba lagi sebentar.",
        >= 500 => Fault,
        _ => "Permintaan tidak dapat diproses",
    };

    /// <summary>Programs say so in <c>Accept</c>, or call an address that only programs call.</summary>
    public static bool WantsJson(HttpRequest request) =>
        request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/absensi") || request.Path.StartsWithSegments("/ws")
        || request.Path.StartsWithSegments("/health") || request.Path.StartsWithSegments("/openapi")
        || request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase);

    /// <summary>A form that its page's script has sent: it stays where it is, and goes elsewhere only when it is told to.</summary>
    public static bool IsBackgroundForm(HttpRequest request) => request.Headers.ContainsKey("X-Form");

    public static Task WriteAsync(HttpContext context, int status, string? message = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new Failure(false, message ?? Message(status)), Json.Options, context.RequestAborted);
    }

    /// <summary>Turns what nobody expected into 500, and a database that is away into 503, logged once with its cause.</summary>
    public static void UseErrorAnswers(this WebApplication app)
    {
        app.UseWhen(c => IsBackgroundForm(c.Request), form => form.Use(SayWhereToGo));
        app.UseWhen(c => WantsJson(c.Request), json => json.UseStatusCodePages(c => WriteAsync(c.HttpContext, c.HttpContext.Response.StatusCode)));
        app.UseWhen(c => !WantsJson(c.Request), page => page.UseStatusCodePagesWithReExecute("/error/{0}"));
        app.Use(CatchAsync);
        app.Use((context, next) =>
        {
            if (IsReadable(context.Request)) return next(context);
            context.Response.StatusCode = 415;
            return Task.CompletedTask;
        });
    }

    // A script can't see a redirect that the browser follows for it: it would load the page once for nothing.
    private static Task SayWhereToGo(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode != StatusCodes.Status302Found) return Task.CompletedTask;
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers["X-Go"] = context.Response.Headers.Location;
            context.Response.Headers.Remove("Location");
            return Task.CompletedTask;
        });
        return next(context);
    }

    // The framework answers a charset that it doesn't know as if the fault were its own.
    private static bool IsReadable(HttpRequest request) =>
        !MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.Charset.HasValue
        || type.Charset.Value.Trim('"').ToLowerInvariant() is "utf-8" or "utf8" or "us-ascii";

    private static async Task CatchAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: there is nobody to answer.
        }
        catch (BadHttpRequestException fault) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = fault.StatusCode;
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            var away = context.RequestServices.GetRequiredService<Database>().Dialect.IsUnavailable(fault);
            var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Absensi.Errors");
            if (away) LogAway(logger, context.Request.Method, context.Request.Path, fault.Message);
            else LogFault(logger, context.Request.Method, context.Request.Path, fault);
            context.Response.Clear();
            context.Response.StatusCode = away ? 503 : 500;
            if (away) context.Response.Headers.RetryAfter = "1";
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "{Method} {Path}: answered 503: {Cause}")]
    private static partial void LogAway(ILogger logger, string method, string path, string cause);

    [LoggerMessage(11, LogLevel.Error, "{Method} {Path}: answered 500")]
    private static partial void LogFault(ILogger logger, string method, string path, Exception fault);
}

public sealed record Failure(bool Success, string Message);

public sealed record ValidationFailure(bool Success, string Message, IReadOnlyDictionary<string, string[]> Errors)
{
    public static ValidationFailure Of(IReadOnlyDictionary<string, string[]> errors) => new(false, "Validation failed", errors);
}
