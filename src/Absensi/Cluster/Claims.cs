using System.Net;
using System.Net.Sockets;

namespace Absensi.Cluster;

/// <summary>One <c>absensi up</c> per data folder: a locked file, let go by the system when its holder dies.</summary>
internal static class DataFolderLock
{
    /// <exception cref="SupervisorException">Another <c>up</c> runs on the folder.</exception>
    public static IDisposable Take(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new SupervisorException($"another ./absensi up runs on {folder}: stop it with Ctrl-C there, or choose another folder with --data");
        }
    }

    private static bool IsHeld(IOException fault)
    {
        const int windowsSharingViolation = unchecked((int)0x80070020), linuxWouldBlock = 11, macWouldBlock = 35;
        return fault.HResult is windowsSharingViolation or linuxWouldBlock or macWouldBlock;
    }
}

/// <summary>
/// One <c>absensi up</c> per port. Sharing ports would let two of them listen side by side in silence, each answering
/// for its own database: so the port must be free first, and a name that only one process can hold stays held.
/// </summary>
internal static class PortClaim
{
    /// <exception cref="SupervisorException">Somebody has the port, or it may not be used.</exception>
    public static IDisposable Take(int port)
    {
        var name = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (OperatingSystem.IsLinux()) name.Bind(new UnixDomainSocketEndPoint($"\0absensi-port-{port}"));
            using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(probe.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return name;
        }
        catch (SocketException e)
        {
            name.Dispose();
            throw new SupervisorException(e.SocketErrorCode == SocketError.AccessDenied
                ? $"port {port} may not be used by this account: choose one above 1023 with --port"
                : $"port {port} is taken: stop what uses it, or choose another with --port");
        }
    }
}
