namespace Absensi.Security;

public static class AuditTrail
{
    // Reading by a program goes on all day: it is noted when it begins again after an hour of silence. Every write is.
    private const int QuietSeconds = 3600;

    /// <summary>Notes what whole groups of routes have in common: data taken out, and what tokens are used for. Routes that know more note it themselves.</summary>
    public static void UseAuditTrail(this WebApplication app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        if (request.Path.Value!.EndsWith("/export", StringComparison.OrdinalIgnoreCase) && context.GetEndpoint() is not null && HttpMethods.IsGet(request.Method))
            await WriteAsync(context, AuditActions.Exported, $"{request.Path}{Uri.UnescapeDataString(request.QueryString.Value ?? "")}");
        if (context.Features.Get<ApiToken>() is { } token && (token.UsedAgo is null or >= QuietSeconds || !HttpMethods.IsGet(request.Method)))
            await WriteAsync(context, AuditActions.TokenUsed, $"{token.Name}: {request.Method} {request.Path}");
        await next(context);
    });

    private static Task WriteAsync(HttpContext context, string action, string subject) =>
        context.RequestServices.GetRequiredService<AuditLog>().WriteAsync(context, action, subject, context.RequestAborted);
}
