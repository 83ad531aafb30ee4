using Absensi.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Absensi.Realtime;

public static class RealtimeSetup
{
    private const int LongestCall = 4 * 1024;

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
            o.MaximumReceiveMessageSize = LongestCall;
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

    private static void MapHub(WebApplication app, Settings settings)
    {
        var hub = new ConnectionBuilder(app.Services).UseHub<AttendanceHub>().Build();
        var endpoint = ((IEndpointRouteBuilder)app).CreateApplicationBuilder();
        endpoint.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero }); // the hub has pings of its own
        endpoint.Run(http => HubSocket.ServeAsync(http, hub));
        app.Map("/ws", endpoint.Build()).RequireAuthorization(Policies.Person).RequireAuthorization(policy => policy
            .RequireAssertion(context => context.Resource is HttpContext http && Origin.IsOurs(http.Request, settings.Url)));
    }
}
