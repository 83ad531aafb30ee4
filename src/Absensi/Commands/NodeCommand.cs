using System.CommandLine;

namespace Absensi.Commands;

/// <summary><c>absensi node</c>: one app node.</summary>
public static class NodeCommand
{
    public static Command Create() =>
        ServerCommand.Create("node", "One app node, configured by the environment (what a container runs)", () => Settings.Read(), NodeApp.Build);
}
