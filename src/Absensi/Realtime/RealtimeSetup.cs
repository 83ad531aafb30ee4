using Absensi.Security;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

public static class RealtimeSetup
{
    // Reached and left again by a reader that reads; one that does not has no more than this and one frame waiting.
    private const int MostUnread = 32 * 1024, MostUnheard = 4 * 1024;

    public static void AddRealtime(this IServiceCollection services)
    {
        services.AddSingleton<Broadcaster>().AddSingleton<Listeners>();
        services.AddSingleton<HubLifetimeManager<AttendanceHub>>(p => p.GetRequiredService<Listeners>());
        services.AddHosted<SessionWatch>();
        services.AddHosted<ClusterWatch>();
        services.AddHosted<Farewell>();
        services.AddSignalR(o =>
        {
            o.SupportedProtocols = [Frames.Protocol];
            o.MaximumReceiveMessageSize = MostUnheard;
            o.EnableDetailedErrors = false;
        }).AddJsonProtocol(o => Json.Configure(o.PayloadSerializerOptions));
    }

    /// <summary>The hub at <c>/ws</c>, for whoever has a session; a browser must come from one of our own pages.</summary>
    public static void MapRealtime(this WebApplication app, Settings settings)
    {
        app.Use(RefuseWhenStopping);
        MapHub(app, settings);
    }

    // Whoever is told to connect again must not come back to where that was said.
    private static Task RefuseWhenStopping(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments("/ws") || !context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested) return next(context);
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        return Task.CompletedTask;
    }

    private static void MapHub(WebApplication app, Settings settings) => app.MapHub<AttendanceHub>("/ws", o =>
    {
        o.Transports = HttpTransportType.WebSockets;
        o.ApplicationMaxBufferSize = MostUnheard;
        o.TransportMaxBufferSize = MostUnread;
    }).RequireAuthorization(Policies.Person).RequireAuthorization(policy => policy
        .RequireAssertion(context => context.Resource is HttpContext http && Origin.IsOurs(http.Request, settings.Url)));
}
