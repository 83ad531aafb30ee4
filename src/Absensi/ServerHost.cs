using System.Net;
using System.Net.Sockets;
using Absensi.Cluster;
using Absensi.Feed;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi;

/// <summary>What an app node and a realtime server have in common: where they listen, the database, sessions, the feed.</summary>
internal static class ServerHost
{
    // For requests under way, when it is told to stop; the supervisor and compose wait a little longer.
    private static readonly TimeSpan PatienceToStop = TimeSpan.FromSeconds(8);

    private const int LongestBody = 64 * 1024, LongestAddress = 32 * 1024;

    /// <param name="forScreens">Whether browsers will be connected to this process.</param>
    public static WebApplicationBuilder CreateBuilder(Settings settings, bool forScreens, Database? database = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "absensi", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelHttpsConfiguration();
        Listen(builder.WebHost, settings);
        builder.Logging.ClearProviders().AddSimpleConsole(o => { o.SingleLine = true; o.TimestampFormat = "HH:mm:ss "; })
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical) // a start that failed is told by the command line
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error)
            .AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.None)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None) // it would keep a scope and an activity for every open connection
            .AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None) // what a caller got wrong is told to the caller; the hub logs the rest
            .AddFilter("Absensi.Security", LogLevel.Warning);

        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = PatienceToStop);
        database ??= Database.From(settings);
        builder.Services.AddSingleton(settings).AddSingleton(settings.Rules).AddSingleton(_ => database);
        builder.Services.AddSingleton<EventLog>().AddSingleton<Users>().AddSingleton<Nodes>();
        builder.Services.AddSharedKeyRing(database);
        builder.Services.AddAccessControl();
        builder.Services.AddFeed(settings.Redis, forScreens);
        builder.Services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions));
        return builder;
    }

    public static void AddHosted<T>(this IServiceCollection services, Func<IServiceProvider, T>? make = null) where T : class, IHostedService
    {
        if (make is null) services.AddSingleton<T>();
        else services.AddSingleton(make);
        services.AddHostedService(p => p.GetRequiredService<T>());
    }

    /// <param name="queue">How many taps wait in the process.</param>
    public static void AddHeartbeat(this IServiceCollection services, string role, Func<IServiceProvider, int> queue)
    {
        services.AddSelfReport();
        services.AddHosted(p => new Heartbeat(
            p.GetRequiredService<Nodes>(), p.GetRequiredService<Settings>(), role, p.GetRequiredService<FeedTail>(), () => queue(p), p.GetRequiredService<SelfReport>(), p.GetRequiredService<ILogger<Heartbeat>>()));
    }

    private static void Listen(IWebHostBuilder host, Settings settings) => host.ConfigureKestrel(o =>
    {
        o.AddServerHeader = false;
        o.Limits.MaxRequestBodySize = LongestBody;
        o.Limits.MaxRequestLineSize = LongestAddress;
        if (settings.Bind is { } address) o.Listen(address, settings.Port);
        else o.ListenAnyIP(settings.Port);
    }).UseSockets(o =>
    {
        // What reads a connection goes on with its request: on a machine whose few cores are shared, waking another thread costs more than it wins.
        o.UnsafePreferInlineScheduling = true;
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
