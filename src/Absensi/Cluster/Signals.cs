using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Absensi.Cluster;

/// <summary>Unix signals to other processes; the framework sends only SIGKILL.</summary>
internal static partial class Signals
{
    public const int Quit = 3, Terminate = 15;

    /// <summary>Nothing happens where there are no signals, or when the process has ended.</summary>
    public static void Send(Process process, int signal)
    {
        if (!OperatingSystem.IsWindows() && !process.HasExited) _ = kill(process.Id, signal);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
