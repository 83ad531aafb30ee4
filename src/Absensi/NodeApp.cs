using Absensi.Feed;
using Absensi.Cluster;
using Absensi.Features;
using Absensi.Features.Clock;
using Absensi.Features.Dashboard;
using Absensi.Features.Employees;
using Absensi.Features.Employees.Import;
using Absensi.Features.Errors;
using Absensi.Features.Events;
using Absensi.Features.History;
using Absensi.Features.Login;
using Absensi.Features.Recap;
using Absensi.Features.Shared;
using Absensi.Features.Tokens;
using Absensi.Features.Topology;
using Absensi.Realtime;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Absensi;

/// <summary>One app node: what it is made of, and what a request goes through.</summary>
public static class NodeApp
{
    /// <param name="database">In the place of the settings' own, where somebody wants to look over its shoulder.</param>
    public static WebApplication Build(Settings settings, Database? database = null)
    {
        var builder = ServerHost.CreateBuilder(settings, forScreens: settings.RealtimeUrl is null, database);
        builder.WebHost.UseStaticWebAssets();
        AddServices(builder.Services, settings);
        var app = builder.Build();
        UsePipeline(app, settings);
        app.Services.RingFor(app.Services.GetRequiredService<LedgerWriter>());
        app.Services.GetRequiredService<AttendanceWriter>().Recorded += app.Services.GetRequiredService<Trail>().Recorded;
        return app;
    }

    private static void AddServices(IServiceCollection services, Settings settings)
    {
        services.AddSingleton<DashboardQuery>().AddSingleton<DashboardSnapshot>().AddSingleton<DashboardTrends>().AddSingleton<HistoryQuery>().AddSingleton<CalendarQuery>().AddSingleton<RecapQuery>().AddSingleton<TopologyQuery>().AddSingleton<BuiltAssets>();
        services.AddSingleton<EmployeeList>().AddSingleton<EmployeeChanges>().AddSingleton<Imports>();
        services.AddSingleton<LedgerWriter>();
        services.AddHosted(p => new AttendanceWriter(
            p.GetRequiredService<Database>(), p.GetRequiredService<LedgerWriter>(), p.GetRequiredService<EventLog>(), settings.Rules, settings.NodeId, p.GetRequiredService<ILogger<AttendanceWriter>>()));
        services.AddSingleton<Leases>().AddSingleton(p => new Absences(p.GetRequiredService<Database>(), p.GetRequiredService<LedgerWriter>(), settings.Rules, settings.NodeId));
        services.AddHosted<AbsenceJob>();
        if (settings.StageDoor is { } door) services.AddSingleton(new StageHand(door));
        services.AddHeartbeat(Nodes.NodeRole, p => p.GetRequiredService<AttendanceWriter>().QueueLength);
        if (settings.RealtimeUrl is null) services.AddRealtime();

        services.AddRateLimits();
        // Pages only. Guessing a secret from a compressed length needs one that stays the same: the form token is masked anew on each page.
        services.AddResponseCompression(o => { o.EnableForHttps = true; o.MimeTypes = ["text/html"]; });
        services.AddCors();
        services.AddCsrf();
        services.AddRazorPages(o =>
            {
                o.RootDirectory = "/Features";
                if (!settings.Development) o.Conventions.AddFolderRouteModelConvention("/DesignSystem", page => page.Selectors.Clear());
            })
            .AddMvcOptions(o =>
            {
                o.Filters.Add(new Microsoft.AspNetCore.Mvc.IgnoreAntiforgeryTokenAttribute()); // Csrf checks every route, pages included
                o.Filters.Add(new HandledMethodsOnly());
                o.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>(); // they throw at field names that no form of ours has
                o.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
            });
        services.AddOpenApi("v1", o => o.DescribeSecurity());
    }

    private static void UsePipeline(WebApplication app, Settings settings)
    {
        app.UseRequestCount();
        app.UseTrustedProxies(settings);
        app.UseResponseHeaders(settings.NodeId);
        app.UseResponseCompression();
        app.UseErrorAnswers();
        app.UseRouting();
        app.UseOtherSites(settings);
        app.UseTapLimit();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseFirstPassword();
        app.UseAuditTrail();
        app.UseCsrf();

        app.MapAssets();
        app.MapRazorPages();
        app.MapLogout();
        app.MapTokens();
        app.MapClock();
        app.MapDashboard();
        app.MapHistory();
        app.MapRecap();
        app.MapTopology();
        if (settings.StageDoor is not null) app.MapStage();
        app.MapEmployees();
        app.MapEvents();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        if (settings.RealtimeUrl is null) app.MapRealtime(settings);
    }
}
