using System.Net.Sockets;
using System.Text.Json;

namespace Absensi.Cluster;

/// <summary>What an audience may see done to a process.</summary>
public enum StageAct { Kill, Freeze, Revive }

/// <summary>A child of the supervisor, by its name in the supervisor's output.</summary>
/// <param name="State"><c>running</c>, <c>starting</c>, <c>killed</c> or <c>frozen</c>.</param>
/// <param name="ReturnsIn">Seconds until it comes back by itself; null when nothing was done to it.</param>
public sealed record Actor(string Name, string State, int? ReturnsIn);

/// <param name="Act">Null to look only.</param>
/// <param name="Key">What is asked for again with the same key is done once; null is a key to nothing.</param>
internal sealed record StageCall(string? Name, StageAct? Act, string? Key);

/// <param name="IsDone">Whether this very call was made, and done, before.</param>
internal sealed record StageReply(IReadOnlyList<Actor> Actors, bool IsDone);

/// <summary>
/// Where nodes ask the supervisor to kill, freeze and revive its children, for an audience: a Unix socket for its owner
/// only, there while <c>up --stage</c> runs. A call and its answer are one line of JSON each; it is done when the caller
/// then sends an empty line, so that a node can first tell its browser of its own end.
/// </summary>
internal sealed class StageDoor : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // The answer to the browser may be on its way through the very process that is about to end: nginx, or the node. Either may have to wait for a core.
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly string _path;
    private readonly IReadOnlyList<KeptChild> _children;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _done = [];
    private readonly Task _listening;

    private StageDoor(string path, IReadOnlyList<KeptChild> children)
    {
        (_path, _children) = (path, children);
        File.Delete(path);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        // Before it listens: nobody else gets in first.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _socket.Listen();
        _listening = ListenAsync();
    }

    /// <exception cref="SupervisorException">There can be no socket of that name.</exception>
    public static StageDoor Open(string path, IReadOnlyList<KeptChild> children)
    {
        try
        {
            return new StageDoor(path, children);
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or SocketException)
        {
            throw new SupervisorException($"--stage can't listen on {path}: choose a folder with a shorter name with --data");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _listening;
        File.Delete(_path);
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _socket.AcceptAsync(_stop.Token));
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The loop's condition decides.
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(Patience);
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var reader = new StreamReader(stream);
            var call = JsonSerializer.Deserialize<StageCall>(await reader.ReadLineAsync(patience.Token) ?? "null", Json.Options);
            var reply = new StageReply(_children.Select(c => c.Actor).ToList(), call?.Key is { } key && IsDone(key));
            await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(reply, Json.Options), patience.Token);
            await stream.WriteAsync("\n"u8.ToArray(), patience.Token);
            if (await reader.ReadLineAsync(patience.Token) is null) return;
            await Task.Delay(Beat, patience.Token);
            Play(call);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or JsonException)
        {
            // A caller that is gone, silent or makes no sense wants nothing done.
        }
    }

    private bool IsDone(string key)
    {
        lock (_done) return _done.Contains(key);
    }

    private void Play(StageCall? call)
    {
        if (call?.Act is not { } act || _children.FirstOrDefault(c => c.Name == call.Name) is not { } child) return;
        lock (_done)
        {
            if (call.Key is { } key && !_done.Add(key)) return;
        }

        child.Play(act);
    }
}
