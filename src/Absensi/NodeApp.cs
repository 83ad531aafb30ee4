using System.Net;
using System.Net.Sockets;
using Absensi.Cluster;
using Absensi.Feed;
using Absensi.Features;
using Absensi.Features.Clock;
using Absensi.Features.Dashboard;
using Absensi.Features.Errors;
using Absensi.Features.Events;
using Absensi.Features.History;
using Absensi.Features.Login;
using Absensi.Features.Shared;
using Absensi.Realtime;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Absensi;

/// <summary>One app node: what it is made of, and what a request goes through.</summary>
public static class NodeApp
{
    private const int LongestBody = 64 * 1024;

    public static WebApplication Build(Settings settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "absensi", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders().AddSimpleConsole(o => { o.SingleLine = true; o.TimestampFormat = "HH:mm:ss "; })
            .SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error).AddFilter("Absensi.Security.SessionAuthentication", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.None)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // a start that failed is told by the command line
        Listen(builder.WebHost, settings);
        AddServices(builder.Services, settings);
        var app = builder.Build();
        UsePipeline(app, settings);
        return app;
    }

    private static void AddServices(IServiceCollection services, Settings settings)
    {
        var database = Database.From(settings);
        services.AddSingleton(settings).AddSingleton(settings.Rules).AddSingleton(_ => database);
        services.AddSingleton<EventLog>().AddSingleton<Users>().AddSingleton<Nodes>();
        services.AddSingleton<DashboardQuery>().AddSingleton<HistoryQuery>().AddSingleton<BuiltAssets>();
        services.AddSingleton<IDoorbell, TimerDoorbell>();

        services.AddHosted(p => new AttendanceWriter(database, p.GetRequiredService<EventLog>(), settings.Rules, settings.NodeId, p.GetRequiredService<ILogger<AttendanceWriter>>()));
        services.AddHosted<FeedTail>();
        services.AddHosted<Heartbeat>();

        services.AddSharedKeyRing(database);
        services.AddAccessControl();
        services.AddCsrf();
        services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions));
        services.AddRazorPages(o => o.RootDirectory = "/Features")
            .AddMvcOptions(o => o.Filters.Add(new Microsoft.AspNetCore.Mvc.IgnoreAntiforgeryTokenAttribute())); // Csrf checks every route, pages included
        services.AddOpenApi("v1");
        services.AddSingleton<Broadcaster>().AddSingleton<HubLifetimeManager<AttendanceHub>>(p => p.GetRequiredService<Broadcaster>());
        services.AddSignalR(o =>
        {
            o.SupportedProtocols = [Frames.Protocol];
            o.MaximumReceiveMessageSize = 4 * 1024;
            o.EnableDetailedErrors = false;
        }).AddJsonProtocol(o => Json.Configure(o.PayloadSerializerOptions));
    }

    private static void UsePipeline(WebApplication app, Settings settings)
    {
        app.UseResponseHeaders(settings.NodeId);
        app.UseErrorAnswers();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseCsrf();

        app.MapAssets();
        app.MapRazorPages();
        app.MapLogout();
        app.MapClock();
        app.MapDashboard();
        app.MapEvents();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapHub<AttendanceHub>("/ws", o =>
        {
            o.Transports = HttpTransportType.WebSockets;
            o.ApplicationMaxBufferSize = 16 * 1024;
        });
    }

    private static void AddHosted<T>(this IServiceCollection services, Func<IServiceProvider, T>? make = null) where T : class, IHostedService
    {
        if (make is null) services.AddSingleton<T>();
        else services.AddSingleton(make);
        services.AddHostedService(p => p.GetRequiredService<T>());
    }

    private static void Listen(IWebHostBuilder host, Settings settings) => host.ConfigureKestrel(o =>
    {
        o.AddServerHeader = false;
        o.Limits.MaxRequestBodySize = LongestBody;
        o.ListenAnyIP(settings.Port);
    }).UseSockets(o =>
    {
        if (!settings.SharePort) return;
        o.CreateBoundListenSocket = endpoint =>
        {
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            const int socketLevel = 1, reusePort = 15;
            socket.SetRawSocketOption(socketLevel, reusePort, BitConverter.GetBytes(1));
            if (endpoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(endpoint);
            return socket;
        };
    });
}
