using System.Diagnostics;

namespace Absensi.Cluster.Servers;

/// <summary>A server's own folder in the data folder, closed to others: where it works, keeps what it keeps, and puts what is temporary.</summary>
internal sealed class ServerFolder
{
    public const string TemporaryName = "tmp";

    private readonly string _folder, _program;

    /// <param name="program">The full path of the server's program.</param>
    /// <param name="othersPass">Lets other accounts through to what is theirs in it, though not look around.</param>
    public ServerFolder(string dataFolder, string name, string program, bool othersPass = false)
    {
        const UnixFileMode ownersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        (_folder, _program) = (Path.Combine(dataFolder, name), program);
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        foreach (var folder in new[] { _folder, Temporary })
        {
            Directory.CreateDirectory(folder, ownersOnly);
            File.SetUnixFileMode(folder, othersPass ? ownersOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : ownersOnly);
        }
    }

    /// <summary>What an earlier start's processes are asked to end by; null ends them on the spot.</summary>
    public int? Farewell { get; init; }

    public string Temporary => Of(TemporaryName);

    public string Of(string file) => Path.Combine(_folder, file);

    /// <summary>A program that works here.</summary>
    public ProcessStartInfo Run(string program, params IEnumerable<string> words) => new(program, words) { WorkingDirectory = _folder, Environment = { ["TMPDIR"] = Temporary } };

    /// <summary>
    /// The server. It leads a session of its own, so that a terminal's Ctrl-C reaches it only through the supervisor, in its turn, and is
    /// asked to end when the supervisor dies.
    /// </summary>
    public ProcessStartInfo Command(params IEnumerable<string> words)
    {
        if (Farewell is { } signal) Leftovers.Ask(_folder, _program, signal);
        else Leftovers.End(_folder, _program);
        return Run("setsid", ["setpriv", "--pdeathsig", "TERM", _program, .. words]);
    }
}
