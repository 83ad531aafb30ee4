using System.ComponentModel;
using System.Diagnostics;

namespace Absensi.Cluster.Servers;

/// <summary>What an earlier start left behind: workers that outlived their master and hold its port, a server that outlived its supervisor and holds its files.</summary>
internal static class Leftovers
{
    /// <summary>Ends them on the spot. They are known by their program and by working in the folder.</summary>
    public static void End(string folder, params IEnumerable<string?> programs) => Each(folder, programs, process =>
    {
        process.Kill();
        process.WaitForExit(TimeSpan.FromSeconds(5));
    });

    /// <summary>Asks those of one program to end, and waits for none of them.</summary>
    public static void Ask(string folder, string program, int signal) => Each(folder, [program], process => Signals.Send(process, signal));

    private static void Each(string folder, IEnumerable<string?> programs, Action<Process> end)
    {
        var names = programs.Select(Path.GetFileName).ToHashSet();
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    if (names.Contains(NameOf(process.Id)) && WorksIn(folder, process.Id)) end(process);
                }
                catch (Exception e) when (e is InvalidOperationException or Win32Exception or IOException or UnauthorizedAccessException)
                {
                    // It ended meanwhile, or is somebody else's.
                }
            }
        }
    }

    // The framework's name for a process is made of its words, and nginx and Redis write others over theirs.
    private static string NameOf(int process) => File.ReadAllText($"/proc/{process}/comm").TrimEnd('\n');

    private static bool WorksIn(string folder, int process) =>
        new DirectoryInfo($"/proc/{process}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName is { } place
        && (place == folder || place.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));
}
