using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Absensi.Demo;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi demo</c>: realistic sample people and history.</summary>
public static class DemoCommand
{
    public const int UsualSeed = 45, UsualEmployees = 40, UsualDays = 60;
    private const int MostEmployees = 2000, MostDays = 1500;

    public static Command Create()
    {
        var employees = CommandLine.Number("--employees", 1, MostEmployees, $"how many people (default: {UsualEmployees})");
        var days = CommandLine.Number("--days", 0, MostDays, $"how many days of history before today (default: {UsualDays})");
        var seed = CommandLine.Number("--seed", 0, int.MaxValue, "the same number makes the same people and days (default: " + UsualSeed + ")");
        var data = CommandLine.DataFolder();
        var command = new Command("demo", "Adds realistic sample people and their history") { employees, days, seed, data };
        command.SetAction((parsed, cancel) =>
        {
            var settings = Settings.Read(parsed.GetValue(data));
            return CommandLine.WithDatabaseAsync(settings, async database =>
            {
                await MigrateCommand.MigrateAsync(database, cancel);
                await AddAsync(database, settings, parsed.GetValue(employees) ?? UsualEmployees, parsed.GetValue(days) ?? UsualDays, parsed.GetValue(seed) ?? UsualSeed, cancel);
                return 0;
            });
        });
        return command;
    }

    internal static async Task AddAsync(Database database, Settings settings, int employees, int days, int seed, CancellationToken cancel)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var result = await new DemoData(database, settings.Rules).AddAsync(employees, days, seed, cancel);
        if (result.Added.Count == 0)
        {
            Console.WriteLine($"Nothing to add: these {result.AlreadyThere} sample people are here already.");
            return;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Added {result.Added.Count} sample people and {result.Entries:N0} entries in {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:0.0} s{(result.AlreadyThere > 0 ? $"; {result.AlreadyThere} were here already" : "")}."));
        Console.WriteLine($"They log in with the password {result.Password} (shown this once): {string.Join(", ", result.Added.Take(3).Select(p => p.Email))}{(result.Added.Count > 3 ? ", …" : "")}");
    }
}
