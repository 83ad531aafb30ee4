using System.Diagnostics;

namespace Absensi.Cluster;

/// <summary>A process for the <see cref="Supervisor"/> to keep alive.</summary>
/// <param name="Name">What its log lines are marked with.</param>
/// <param name="Command">How it is started. Its standard input is a pipe that ends with the supervisor.</param>
/// <param name="IsReadyLine">Whether this line of its output says that it does its work.</param>
/// <param name="StopSignal">The Unix signal that asks it to finish and end.</param>
public sealed record Child(string Name, Func<ProcessStartInfo> Command, Func<string, bool> IsReadyLine, int StopSignal = Signals.Terminate)
{
    /// <summary>Whether an operator is shown this line of its output; all of them unless said otherwise.</summary>
    public Func<string, bool> IsNews { get; init; } = _ => true;

    /// <summary>One of our own commands as a child, with these variables besides the environment it inherits.</summary>
    public static ProcessStartInfo OwnCommand(IEnumerable<string> words, IReadOnlyDictionary<string, string> environment)
    {
        var self = Environment.ProcessPath!;
        var command = new ProcessStartInfo(self);
        if (Path.GetFileNameWithoutExtension(self) == "dotnet") command.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "absensi.dll"));
        foreach (var word in words) command.ArgumentList.Add(word);
        foreach (var (name, value) in environment) command.Environment[name] = value;
        return command;
    }
}
