using System.CommandLine;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi migrate</c>: brings the schema up to date; safe to run from several nodes at once.</summary>
public static class MigrateCommand
{
    public static Command Create()
    {
        var data = CommandLine.DataFolder();
        var command = new Command("migrate", "Brings the database's schema up to date; safe to run from several nodes at once") { data };
        command.SetAction((parsed, cancel) => CommandLine.WithDatabaseAsync(Settings.Read(parsed.GetValue(data)), async database =>
        {
            var applied = await MigrateAsync(database, cancel);
            Console.WriteLine(applied.Count == 0 ? "The schema is up to date." : $"Applied {string.Join(", ", applied)}.");
            return 0;
        }));
        return command;
    }

    public static async Task<IReadOnlyList<string>> MigrateAsync(Database database, CancellationToken cancel)
    {
        var applied = await new Migrator(database).MigrateAsync(cancel);
        SharedKeyRing.EnsureKey(database);
        return applied;
    }
}
