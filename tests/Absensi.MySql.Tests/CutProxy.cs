using System.Net;
using System.Net.Sockets;

namespace Absensi.MySql.Tests;

/// <summary>Passes bytes between driver and server, and after so many in one direction cuts both sides off, politely or with a reset.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    public enum Direction { ToServer, ToClient }

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private Direction _direction;
    private int _bytes = int.MaxValue;
    private bool _abruptly;

    public CutProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>For connections from now on.</summary>
    public void Cut(Direction direction, int bytes, bool abruptly) => (_direction, _bytes, _abruptly) = (direction, bytes, abruptly);

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return default;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        if (_abruptly) client.LingerState = new LingerOption(true, 0);
        var (toServer, toClient) = _direction == Direction.ToServer ? (_bytes, int.MaxValue) : (int.MaxValue, _bytes);
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server);
                await Task.WhenAny(PumpAsync(client, server, toServer), PumpAsync(server, client, toClient));
            }
            catch (SocketException) { }
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, int left)
    {
        try
        {
            var buffer = new byte[4096];
            while (left > 0)
            {
                var count = await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)));
                if (count == 0) return;
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                left -= count;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }
}
