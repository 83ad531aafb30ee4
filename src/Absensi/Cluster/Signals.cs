using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Absensi.Cluster;

/// <summary>Unix signals to other processes; the framework sends only SIGKILL.</summary>
internal static partial class Signals
{
    public const int Quit = 3, Terminate = 15;

    public static int Stop => OperatingSystem.IsMacOS() ? 17 : 19;
    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Nothing happens where there are no signals, or when the process has ended.</summary>
    public static void Send(Process process, int signal)
    {
        if (!OperatingSystem.IsWindows() && !process.HasExited) _ = kill(process.Id, signal);
    }

    /// <summary>To the process and, on Linux, to all that it has started.</summary>
    public static void SendToTree(Process process, int signal)
    {
        if (OperatingSystem.IsWindows() || process.HasExited) return;
        foreach (var id in Tree(process.Id)) _ = kill(id, signal);
    }

    private static IEnumerable<int> Tree(int id)
    {
        var list = $"/proc/{id}/task/{id}/children";
        var children = File.Exists(list) ? File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        return children.SelectMany(child => Tree(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture))).Prepend(id);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
