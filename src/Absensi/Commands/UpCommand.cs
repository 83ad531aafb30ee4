using System.CommandLine;
using Absensi.Cluster;
using Absensi.Cluster.Servers;
using Absensi.Demo;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi up</c>: the whole system on this machine.</summary>
public static class UpCommand
{
    private const int UsualNodes = 3;
    private const string StageDoorFile = "stage.sock";

    public static Command Create()
    {
        var nodes = CommandLine.Number("--nodes", 1, AppNodes.Most, $"how many app nodes share the port (default: {UsualNodes})");
        var port = CommandLine.Number("--port", 1, 65535, "port to listen on (default: APP_PORT, else 8080)");
        var data = CommandLine.DataFolder();
        var real = new Option<bool>("--real") { Description = "with this machine's nginx, MariaDB or MySQL, and Redis; DB_HOST or REDIS_HOST name one that runs already" };
        var demo = new Option<bool>("--demo") { Description = "with sample people and history where there are no employees yet" };
        var live = new Option<bool>("--live") { Description = "lets sample people clock in and out while you watch (with --demo)" };
        var stage = new Option<bool>("--stage") { Description = "lets admins kill, freeze and revive the processes on the page /admin/klaster, before an audience; never where people really clock in" };
        var command = new Command("up", "The whole system on this machine: several nodes on one port, SQLite in the data folder. Ctrl-C stops it") { nodes, port, data, real, demo, live, stage };
        command.Validators.Add(given =>
        {
            if (given.GetValue(live) && !given.GetValue(demo)) given.AddError("--live goes with --demo.");
            if (given.GetValue(stage) && OperatingSystem.IsWindows()) given.AddError("--stage needs signals, which this system does not have.");
        });
        command.SetAction((parsed, cancel) =>
        {
            var settings = Settings.ReadGiven(parsed.GetValue(data));
            settings = settings with { Port = parsed.GetValue(port) ?? settings.Port };
            var count = parsed.GetValue(nodes) ?? UsualNodes;
            var show = new Show(parsed.GetValue(demo), parsed.GetValue(live), parsed.GetValue(stage));
            return parsed.GetValue(real) ? RunRealAsync(settings, count, show, cancel) : RunAsync(settings, count, show, cancel);
        });
        return command;
    }

    private sealed record Show(bool Demo, bool Live, bool Stage);

    private static Task<int> RunAsync(Settings settings, int count, Show show, CancellationToken stop) => CommandLine.WithDatabaseAsync(settings, async database =>
    {
        if (settings.Database is null && File.Exists(Path.Combine(settings.DataFolder, Settings.ServersFile)))
            throw new SettingsException($"{settings.DataFolder} belongs to ./absensi up --real: add --real, or choose another folder with --data");
        if (count > 1 && !AppNodes.CanSharePort)
        {
            Console.WriteLine("Processes can't share a port on this system: one node is started instead of several.");
            count = 1;
        }

        using var folder = settings.Database is null ? DataFolderLock.Take(settings.DataFolder) : null;
        using var port = PortClaim.Take(settings.Port);
        await PrepareAsync(database, settings, show, stop);
        return await SuperviseAsync([new(AppNodes.OnOnePort(settings, count))], database, settings, show, stop);
    });

    private static async Task<int> RunRealAsync(Settings given, int count, Show show, CancellationToken stop)
    {
        using var folder = DataFolderLock.Take(given.DataFolder);
        var cluster = RealCluster.Plan(given);
        using var port = PortClaim.Take(given.Port);
        await cluster.InstallAsync(stop);
        return await CommandLine.WithDatabaseAsync(cluster.Settings, database =>
            SuperviseAsync(cluster.Stages(count, cancel => PreparePatientlyAsync(database, cluster.Settings, show, cancel)), database, cluster.Settings, show, stop));
    }

    /// <summary>A server that has only just begun may lose its first connections on a busy machine; all of the preparation may be done again.</summary>
    private static async Task PreparePatientlyAsync(Database database, Settings settings, Show show, CancellationToken cancel)
    {
        const int tries = 3;
        for (var tried = 1; ; tried++)
        {
            try
            {
                await PrepareAsync(database, settings, show, cancel);
                return;
            }
            catch (Exception fault) when (tried < tries && IsUnavailable(fault))
            {
                Console.WriteLine($"The database is not ready yet, tried again: {fault.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1), cancel);
            }
        }

        bool IsUnavailable(Exception? fault) => fault is not null && (database.Dialect.IsUnavailable(fault) || IsUnavailable(fault.InnerException));
    }

    private static async Task PrepareAsync(Database database, Settings settings, Show show, CancellationToken cancel)
    {
        await MigrateCommand.MigrateAsync(database, cancel);
        await EnsureAdminAsync(database, settings, cancel);
        if (show.Demo && !await new Users(database).AnyEmployeeAsync(cancel))
            await DemoCommand.AddAsync(database, settings, DemoCommand.UsualEmployees, DemoCommand.UsualDays, DemoCommand.UsualSeed, cancel);
    }

    private static async Task<int> SuperviseAsync(IReadOnlyList<Stage> stages, Database database, Settings settings, Show show, CancellationToken stop)
    {
        await new Supervisor(stages, show.Stage ? Path.Combine(settings.DataFolder, StageDoorFile) : null).RunAsync(running =>
        {
            var names = stages.SelectMany(s => s.Children).Select(c => c.Name);
            Console.WriteLine($"Absensi is on the air: {settings.Url ?? new Uri($"http://localhost:{settings.Port}")} ({string.Join(", ", names)}; data in {Place(settings)}). Ctrl-C stops it.");
            return show.Live ? new DemoArrivals(database, settings).RunAsync(DemoCommand.UsualSeed, running) : Task.CompletedTask;
        }, stop);
        Console.WriteLine("Stopped.");
        return 0;
    }

    private static async Task EnsureAdminAsync(Database database, Settings settings, CancellationToken cancel)
    {
        var users = new Users(database);
        if (await users.AnyAdminAsync(cancel)) return;
        var password = Passwords.Random();
        var now = settings.Rules.LocalTime(await database.UtcNowAsync(cancel));
        if (await users.AddAsync("Administrator", settings.AdminEmail, Passwords.Hash(password), Roles.Admin, mustChangePassword: true, now, cancel) is null)
            throw new SettingsException($"APP_ADMIN_EMAIL={settings.AdminEmail}: an employee has this address already; choose another for the first admin");
        Console.WriteLine($"First admin: {settings.AdminEmail}, one-time password {password} (shown this once; to be changed at the first log-in)");
    }

    private static string Place(Settings settings) => settings.Database is { } server ? $"{server.Database} on {server.Host}:{server.Port}" : settings.DataFolder;
}
