using System.CommandLine;
using Absensi.Cluster;
using Absensi.Demo;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi up</c>: the whole system on this machine.</summary>
public static class UpCommand
{
    private const int UsualNodes = 3;

    public static Command Create()
    {
        var nodes = CommandLine.Number("--nodes", 1, AppNodes.Most, $"how many app nodes share the port (default: {UsualNodes})");
        var port = CommandLine.Number("--port", 1, 65535, "port to listen on (default: APP_PORT, else 8080)");
        var data = CommandLine.DataFolder();
        var demo = new Option<bool>("--demo") { Description = "with sample people and history where there are no employees yet" };
        var live = new Option<bool>("--live") { Description = "lets sample people clock in and out while you watch (with --demo)" };
        var command = new Command("up", "The whole system on this machine: several nodes on one port, SQLite in the data folder. Ctrl-C stops it") { nodes, port, data, demo, live };
        command.Validators.Add(given =>
        {
            if (given.GetValue(live) && !given.GetValue(demo)) given.AddError("--live goes with --demo.");
        });
        command.SetAction((parsed, cancel) =>
        {
            var settings = Settings.Read(parsed.GetValue(data));
            var show = new Show(parsed.GetValue(demo), parsed.GetValue(live));
            return RunAsync(settings with { Port = parsed.GetValue(port) ?? settings.Port }, parsed.GetValue(nodes) ?? UsualNodes, show, cancel);
        });
        return command;
    }

    private sealed record Show(bool Demo, bool Live);

    private static Task<int> RunAsync(Settings settings, int count, Show show, CancellationToken stop) => CommandLine.WithDatabaseAsync(settings, async database =>
    {
        if (count > 1 && !AppNodes.CanSharePort)
        {
            Console.WriteLine("Processes can't share a port on this system: one node is started instead of several.");
            count = 1;
        }

        using var folder = settings.Database is null ? DataFolderLock.Take(settings.DataFolder) : null;
        using var port = PortClaim.Take(settings.Port);
        await MigrateCommand.MigrateAsync(database, stop);
        await EnsureAdminAsync(database, settings, stop);
        if (show.Demo && !await new Users(database).AnyEmployeeAsync(stop))
            await DemoCommand.AddAsync(database, settings, DemoCommand.UsualEmployees, DemoCommand.UsualDays, DemoCommand.UsualSeed, stop);

        var nodes = AppNodes.Create(settings, count);
        await new Supervisor([nodes]).RunAsync(running =>
        {
            Console.WriteLine($"Absensi is on the air: {settings.Url ?? new Uri($"http://localhost:{settings.Port}")} ({string.Join(", ", nodes.Select(n => n.Name))}; data in {Place(settings)}). Ctrl-C stops it.");
            return show.Live ? new DemoArrivals(database, settings.Rules).RunAsync(DemoCommand.UsualSeed, running) : Task.CompletedTask;
        }, stop);
        Console.WriteLine("Stopped.");
        return 0;
    });

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

    private static string Place(Settings settings) => settings.Database is { } server ? $"{server.Database} on {server.Host}" : settings.DataFolder;
}
