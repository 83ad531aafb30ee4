using System.CommandLine;
using Absensi.Cluster;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary>The program's words, and how each way of failing is told: one line on stderr, exit code 1; wrong words, exit code 2.</summary>
public static class CommandLine
{
    // Longer than a node drains and the supervisor waits: whoever was asked to stop ends by itself, with its own exit code.
    private static readonly TimeSpan PatienceToStop = TimeSpan.FromSeconds(30);
    private const int Interrupted = 130;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Absensi: real-time attendance on several nodes. Begin with: ./absensi up");
        Command[] commands = [UpCommand.Create(), NodeCommand.Create(), RealtimeCommand.Create(), MigrateCommand.Create(), UserCommand.Create(), DemoCommand.Create(), VerifyCommand.Create(), StatusCommand.Create()];
        foreach (var command in commands) root.Subcommands.Add(command);
        root.SetAction(_ => root.Parse("--help").Invoke());

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"absensi: {parsed.Errors[0].Message.ReplaceLineEndings(" ")} Type: {Help(parsed)}");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = PatienceToStop });
        }
        catch (Exception e) when (e is SettingsException or StorageException or StorageUnavailableException or SupervisorException or IOException)
        {
            await Console.Error.WriteLineAsync($"absensi: {e.Message.ReplaceLineEndings(" ")}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (Exception fault)
        {
            await Console.Error.WriteLineAsync($"absensi: an unexpected fault; please report it with these lines:\n{fault}");
            return 1;
        }
    }

    /// <summary>The folder of the embedded database, where it is not the environment's.</summary>
    public static Option<string?> DataFolder() => new("--data") { Description = "data folder (default: ABSENSI_DATA, else ./data)", HelpName = "DIR" };

    /// <summary>A whole number between two bounds; anything else is a wrong word.</summary>
    public static Option<int?> Number(string name, int least, int most, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(given =>
        {
            if (given.Tokens.Count == 1 && !(int.TryParse(given.Tokens[0].Value, out var value) && value >= least && value <= most))
                given.AddError($"{name} must be a whole number from {least} to {most}.");
        });
        return option;
    }

    /// <summary>Runs a command's work on the database, and puts what is wrong with it in the operator's words.</summary>
    public static async Task<int> WithDatabaseAsync(Settings settings, Func<Database, Task<int>> work)
    {
        await using var database = Database.From(settings);
        try
        {
            return await work(database);
        }
        catch (Exception fault) when (fault is not (StorageException or SettingsException or SupervisorException) && database.Dialect.Explain(fault) is { } explanation)
        {
            throw new StorageException(explanation, fault);
        }
    }

    private static string Help(ParseResult parsed)
    {
        var words = new Stack<string>(["--help"]);
        for (var result = parsed.CommandResult; result.Parent is System.CommandLine.Parsing.CommandResult parent; result = parent) words.Push(result.Command.Name);
        return $"./absensi {string.Join(' ', words)}";
    }
}
