using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Absensi.Cluster.Servers;

/// <summary>
/// What stays the same over all starts of a data folder's own servers, their ports and passwords, in <c>cluster.env</c>: for its
/// owner's eyes only, and in the words of the environment, so that every command finds the database there (<see cref="Settings.Read"/>).
/// </summary>
internal sealed class ServersFile
{
    // Below the ports that systems give to outgoing connections: nobody gets ours while its server is being started again.
    private const int FirstPort = 20_000, LastPort = 32_000;

    // For the nodes of a supervisor that was killed to end, all of them together.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<int> _given = [];
    private readonly Stopwatch _waited = new();

    public ServersFile(string folder)
    {
        _path = Path.Combine(folder, Settings.ServersFile);
        if (!File.Exists(_path)) return;
        foreach (var (name, value) in SettingsSource.ReadFile(_path)) _values[name] = value;
    }

    public void Set(string name, string value) => _values[name] = value;

    /// <summary>A port of 127.0.0.1 that nobody has: the one of last time where that is so, or soon is.</summary>
    public int Port(string name)
    {
        var port = _values.TryGetValue(name, out var text) && int.TryParse(text, out var kept) ? kept : 0;
        if (port != 0) WaitFor(port);
        while (port == 0 || _given.Contains(port) || !IsFree(port)) port = RandomNumberGenerator.GetInt32(FirstPort, LastPort);
        _given.Add(port);
        _values[name] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return port;
    }

    /// <summary>Letters and digits, made up the first time.</summary>
    public string Password(string name)
    {
        if (!_values.TryGetValue(name, out var password)) password = _values[name] = RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 32);
        return password;
    }

    public void Save() =>
        PrivateFile.Write(_path, "# Written by absensi up --real, read by every command with the same data folder.\n" + string.Concat(_values.Select(v => $"{v.Key}={v.Value}\n")));

    private void WaitFor(int port)
    {
        _waited.Start();
        while (!IsFree(port) && _waited.Elapsed < Patience) Thread.Sleep(50);
        _waited.Stop();
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

internal static class PrivateFile
{
    /// <summary>Writes a file that only its owner may read; whoever opens it finds the old text or the new, never a part.</summary>
    public static void Write(string path, string text)
    {
        var next = path + ".new";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(next, options))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
