using System.ComponentModel;
using System.Diagnostics;

namespace Absensi.Cluster.Servers;

/// <summary>What an earlier start left behind: workers that outlived their master and hold its port, a server that outlived its supervisor and holds its files.</summary>
internal static class Leftovers
{
    /// <summary>Ends them. They are known by their program and by working in the folder.</summary>
    public static void End(string folder, params IEnumerable<string?> programs)
    {
        var names = programs.Select(Path.GetFileName).ToHashSet();
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    if (!names.Contains(process.ProcessName) || !WorksIn(folder, process.Id)) continue;
                    process.Kill();
                    process.WaitForExit(TimeSpan.FromSeconds(5));
                }
                catch (Exception e) when (e is InvalidOperationException or Win32Exception or IOException or UnauthorizedAccessException)
                {
                    // It ended meanwhile, or is somebody else's.
                }
            }
        }
    }

    private static bool WorksIn(string folder, int process) =>
        new DirectoryInfo($"/proc/{process}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName is { } place
        && (place == folder || place.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));
}
