using System.CommandLine;

namespace Absensi.Commands;

/// <summary><c>absensi realtime</c>: one WebSocket server.</summary>
public static class RealtimeCommand
{
    public static Command Create() => ServerCommand.Create(
        "realtime", "One WebSocket server, configured by the environment (what a container runs)",
        () => Settings.Read(nodeId: "realtime-1", nodeName: "Realtime"), RealtimeApp.Build);
}
