using System.CommandLine;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary>The program's words, and how each way of failing is told: one line on stderr, exit code 1; wrong words, exit code 2.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Absensi: real-time attendance on several nodes");
        Command[] commands = [NodeCommand.Create(), MigrateCommand.Create(), UserCommand.Create()];
        foreach (var command in commands) root.Subcommands.Add(command);

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"absensi: {parsed.Errors[0].Message} Type: ./absensi {Usage(parsed)} --help");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is SettingsException or StorageException or StorageUnavailableException or IOException)
        {
            await Console.Error.WriteLineAsync($"absensi: {e.Message.ReplaceLineEndings(" ")}");
            return 1;
        }
    }

    /// <summary>The folder of the embedded database, where it is not the environment's.</summary>
    public static Option<string?> DataFolder() => new("--data") { Description = "data folder (default: ABSENSI_DATA, else ./data)", HelpName = "DIR" };

    private static string Usage(ParseResult parsed) => parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name;
}
