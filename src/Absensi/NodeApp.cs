using Absensi.Feed;
using Absensi.Cluster;
using Absensi.Features;
using Absensi.Features.Clock;
using Absensi.Features.Dashboard;
using Absensi.Features.Errors;
using Absensi.Features.Events;
using Absensi.Features.History;
using Absensi.Features.Login;
using Absensi.Features.Recap;
using Absensi.Features.Shared;
using Absensi.Features.Tokens;
using Absensi.Realtime;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi;

/// <summary>One app node: what it is made of, and what a request goes through.</summary>
public static class NodeApp
{
    /// <param name="database">In the place of the settings' own, where somebody wants to look over its shoulder.</param>
    public static WebApplication Build(Settings settings, Database? database = null)
    {
        var builder = ServerHost.CreateBuilder(settings, database);
        builder.WebHost.UseStaticWebAssets();
        AddServices(builder.Services, settings);
        var app = builder.Build();
        UsePipeline(app, settings);
        app.Services.RingFor(app.Services.GetRequiredService<LedgerWriter>());
        return app;
    }

    private static void AddServices(IServiceCollection services, Settings settings)
    {
        services.AddSingleton<DashboardQuery>().AddSingleton<DashboardTrends>().AddSingleton<HistoryQuery>().AddSingleton<RecapQuery>().AddSingleton<BuiltAssets>();
        services.AddSingleton<LedgerWriter>();
        services.AddHosted(p => new AttendanceWriter(
            p.GetRequiredService<Database>(), p.GetRequiredService<LedgerWriter>(), p.GetRequiredService<EventLog>(), settings.Rules, settings.NodeId, p.GetRequiredService<ILogger<AttendanceWriter>>()));
        services.AddSingleton<Leases>().AddSingleton(p => new Absences(p.GetRequiredService<Database>(), p.GetRequiredService<LedgerWriter>(), settings.Rules, settings.NodeId));
        services.AddHosted<AbsenceJob>();
        services.AddHeartbeat(Nodes.NodeRole, p => p.GetRequiredService<AttendanceWriter>().QueueLength);
        if (settings.RealtimeUrl is null) services.AddRealtime();

<<<<<<< HEAD
=======
        services.AddHosted(p => new AttendanceWriter(database, p.GetRequiredService<EventLog>(), settings.Rules, settings.NodeId, p.GetRequiredService<ILogger<AttendanceWriter>>()));
        services.AddHosted<FeedTail>();
        services.AddHosted<Heartbeat>();

        services.AddSharedKeyRing(database);
        services.AddAccessControl();
        services.AddRateLimits();
        services.AddCors();
>>>>>>> 8c25267 (Add throttles, tokens, audit, first passwords, rate limits and their tests)
        services.AddCsrf();
        services.AddRazorPages(o => o.RootDirectory = "/Features")
<<<<<<< HEAD
            .AddMvcOptions(o => o.Filters.Add(new Microsoft.AspNetCore.Mvc.IgnoreAntiforgeryTokenAttribute())); // Csrf checks every route, pages included
        services.AddOpenApi("v1");
=======
            .AddMvcOptions(o =>
            {
                o.Filters.Add(new Microsoft.AspNetCore.Mvc.IgnoreAntiforgeryTokenAttribute()); // Csrf checks every route, pages included
                o.Filters.Add(new HandledMethodsOnly());
            });
        services.AddOpenApi("v1", o => o.DescribeSecurity());
        services.AddSingleton<Broadcaster>().AddSingleton<HubLifetimeManager<AttendanceHub>>(p => p.GetRequiredService<Broadcaster>());
        services.AddSignalR(o =>
        {
            o.SupportedProtocols = [Frames.Protocol];
            o.MaximumReceiveMessageSize = 4 * 1024;
            o.EnableDetailedErrors = false;
        }).AddJsonProtocol(o => Json.Configure(o.PayloadSerializerOptions));
>>>>>>> 8c25267 (Add throttles, tokens, audit, first passwords, rate limits and their tests)
    }

    private static void UsePipeline(WebApplication app, Settings settings)
    {
        app.UseTrustedProxies(settings);
        app.UseResponseHeaders(settings.NodeId);
        app.UseErrorAnswers();
        app.UseRouting();
        app.UseOtherSites(settings);
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseFirstPassword();
        TokenAuthentication.UseAudit(app);
        app.UseCsrf();

        app.MapAssets();
        app.MapRazorPages();
        app.MapLogout();
        app.MapTokens();
        app.MapClock();
        app.MapDashboard();
        app.MapHistory();
        app.MapRecap();
        app.MapEvents();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
<<<<<<< HEAD
        if (settings.RealtimeUrl is null) app.MapRealtime(settings);
=======
        app.MapHub<AttendanceHub>("/ws", o =>
        {
            o.Transports = HttpTransportType.WebSockets;
            o.ApplicationMaxBufferSize = 16 * 1024;
        }).RequireAuthorization(Policies.Person);
>>>>>>> 8c25267 (Add throttles, tokens, audit, first passwords, rate limits and their tests)
    }
}
