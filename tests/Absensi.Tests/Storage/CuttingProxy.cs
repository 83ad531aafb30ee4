using System.Net;
using System.Net.Sockets;

namespace Absensi.Tests.Storage;

/// <summary>Where in a piece of traffic the line is cut: before it passes, in its middle, or behind it.</summary>
public enum Cut { Before, Middle, Behind }

/// <summary>
/// A line to a server that is cut at a chosen moment. A piece is what one side says until the other speaks: a command, or the reply to it,
/// in however many parts it arrives.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly IPEndPoint _server;
    private readonly Lock _lock = new();
    private readonly List<Socket> _open = [];
    private int _left = -1;
    private Cut _where;
    private bool _staysCut, _command, _cutNow;

    public CuttingProxy(int serverPort)
    {
        _server = new IPEndPoint(IPAddress.Loopback, serverPort);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether the armed cut has happened.</summary>
    public bool HasCut { get; private set; }

    /// <summary>Cuts all lines at the piece of that number from now on, counted over both directions; with <paramref name="stays"/> no new line is let through either.</summary>
    public void Arm(int piece, Cut where, bool stays)
    {
        lock (_lock) (_left, _where, _staysCut, HasCut, _command) = (piece, where, stays, false, false);
    }

    public void Mend()
    {
        lock (_lock)
        {
            // A cut that is due but was not made yet must not meet the lines of afterwards.
            CutIfDue();
            (_left, _staysCut) = (-1, false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        CutAll();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptSocketAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            lock (_lock)
            {
                if (HasCut && _staysCut) return;
                _open.AddRange([client, server]);
            }

            client.NoDelay = true;
            await server.ConnectAsync(_server);
            await Task.WhenAny(PassAsync(client, server, command: true), PassAsync(server, client, command: false));
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool command)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer, _end.Token)) > 0;)
            {
                var passes = Passes(count, command);
                await to.SendAsync(buffer.AsMemory(0, passes), _end.Token);
                CutIfDue();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private int Passes(int count, bool command)
    {
        lock (_lock)
        {
            var begins = command != _command;
            _command = command;
            if (_left < 0 || !begins || _left-- > 0) return count;
            HasCut = _cutNow = true;
            return _where switch { Cut.Before => 0, Cut.Middle => count / 2, _ => count };
        }
    }

    private void CutIfDue()
    {
        lock (_lock)
        {
            if (_cutNow) CutAll();
        }
    }

    private void CutAll()
    {
        lock (_lock)
        {
            _cutNow = false;
            foreach (var socket in _open) socket.Dispose();
            _open.Clear();
        }
    }
}
