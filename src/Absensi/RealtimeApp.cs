using Absensi.Cluster;
using Absensi.Features;
using Absensi.Features.Errors;
using Absensi.Realtime;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi;

/// <summary>One realtime server: the hub alone. Any number may run; they know nothing of each other, each follows the log.</summary>
public static class RealtimeApp
{
    public static WebApplication Build(Settings settings, Database database)
    {
        var builder = ServerHost.CreateBuilder(settings, forScreens: true, database);
        // A frame goes to the socket on the thread that made it: for what is sent to thousands, waking another for each costs more than sending.
        builder.WebHost.UseSockets(o => o.UnsafePreferInlineScheduling = true);
        builder.Services.AddRealtime();
        builder.Services.AddHeartbeat(Nodes.RealtimeRole, _ => 0);

        var app = builder.Build();
        app.UseRequestCount();
        app.UseTrustedProxies(settings);
        app.UseResponseHeaders(settings.NodeId);
        app.UseErrorAnswers();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseFirstPassword();
        app.MapRealtime(settings);
        app.MapHealth();
        return app;
    }
}
