using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Absensi.ClusterTests;

/// <summary>A wire to a server that can be cut, for everybody or for one process: connections stay open and new ones are taken, but nothing passes.</summary>
public sealed class Wire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Connection> _open = [];
    private readonly int _target;
    private readonly Task _accepting;
    private Func<Connection, bool> _isCut = _ => false;

    public Wire(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut() => Cut(_ => true);

    public void Cut(int process) => Cut(connection => PortsOf(process).Contains(connection.FromPort));

    public void Mend()
    {
        lock (_lock)
        {
            _isCut = _ => false;
            foreach (var connection in _open) connection.Mend();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Mend();
        _listener.Stop();
        await _accepting;
    }

    private void Cut(Func<Connection, bool> isCut)
    {
        lock (_lock)
        {
            _isCut = isCut;
            foreach (var connection in _open.Where(isCut)) connection.Cut();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(new Connection(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
    }

    private async Task ServeAsync(Connection connection)
    {
        using var near = connection.Near;
        using var far = new TcpClient { NoDelay = true };
        lock (_lock)
        {
            _open.Add(connection);
            if (_isCut(connection)) connection.Cut();
        }

        try
        {
            await connection.PassAsync();
            await far.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await Task.WhenAny(CopyAsync(near, far, connection), CopyAsync(far, near, connection));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
        finally
        {
            lock (_lock) _open.Remove(connection);
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, Connection connection)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _end.Token) is > 0 and var count)
            {
                await connection.PassAsync();
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    /// <summary>The local ports of a process's TCP connections: its sockets' inodes, looked up in the kernel's tables.</summary>
    private static HashSet<int> PortsOf(int process)
    {
        try
        {
            var sockets = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(fd => new FileInfo(fd).LinkTarget ?? "")
                .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal)).Select(target => target["socket:[".Length..^1]).ToHashSet();
            return new[] { "tcp", "tcp6" }.SelectMany(table => File.ReadLines($"/proc/net/{table}").Skip(1))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => sockets.Contains(words[9]))
                .Select(words => int.Parse(words[1].AsSpan(words[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToHashSet();
        }
        catch (IOException)
        {
            return []; // it ended
        }
    }

    private sealed class Connection(TcpClient near)
    {
        private TaskCompletionSource? _cut;

        public TcpClient Near => near;
        public int FromPort { get; } = ((IPEndPoint)near.Client.RemoteEndPoint!).Port;

        public void Cut() => _cut ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        public void Mend() => Interlocked.Exchange(ref _cut, null)?.TrySetResult();
        public Task PassAsync() => Volatile.Read(ref _cut)?.Task ?? Task.CompletedTask;
    }
}
