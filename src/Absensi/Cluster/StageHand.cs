using System.Net.Sockets;
using System.Text.Json;

namespace Absensi.Cluster;

/// <summary>A node's way to the supervisor's <see cref="StageDoor"/>.</summary>
public sealed class StageHand(string path)
{
    /// <summary>Tells a child where the door is; empty where there is none.</summary>
    public const string Variable = "ABSENSI_STAGE";

    // A look is for a page that asks again in a second.
    private static readonly TimeSpan PatienceToLook = TimeSpan.FromSeconds(1), PatienceToAsk = TimeSpan.FromSeconds(10);

    /// <summary>What became of everybody; null when the supervisor does not answer.</summary>
    public async Task<IReadOnlyList<Actor>?> LookAsync(CancellationToken cancel)
    {
        using var line = await CallAsync(new StageCall(null, null, null), PatienceToLook, cancel);
        return line?.Actors;
    }

    /// <summary>Prepares for something to be done; see <see cref="StageLine"/>.</summary>
    /// <param name="key">The caller's own: a node that was frozen with a question in hand, which another has answered since, must not do it again.</param>
    /// <returns>Null when the supervisor does not answer.</returns>
    public Task<StageLine?> AskAsync(string? name, StageAct act, string? key, CancellationToken cancel) => CallAsync(new StageCall(name, act, key), PatienceToAsk, cancel);

    private async Task<StageLine?> CallAsync(StageCall call, TimeSpan longest, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(longest);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
            var stream = new NetworkStream(socket);
            await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(call, Json.Options), patience.Token);
            await stream.WriteAsync("\n"u8.ToArray(), patience.Token);
            var answer = await new StreamReader(stream).ReadLineAsync(patience.Token);
            if (answer is not null) return new StageLine(socket, JsonSerializer.Deserialize<StageReply>(answer, Json.Options)!);
        }
        catch (Exception fault) when (fault is SocketException or IOException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // As if it were not there.
        }

        socket.Dispose();
        return null;
    }
}

/// <summary>An open call: what was asked for is done when it is disposed for the first time, if it was <see cref="Wanted"/> then.</summary>
public sealed class StageLine : IDisposable
{
    private readonly Socket _socket;
    private readonly StageReply _reply;
    private bool _isDisposed;

    internal StageLine(Socket socket, StageReply reply) => (_socket, _reply) = (socket, reply);

    public IReadOnlyList<Actor> Actors => _reply.Actors;

    /// <summary>Whether what is asked for was done before, by the same key.</summary>
    public bool IsDone => _reply.IsDone;
    public bool Wanted { get; set; }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        try
        {
            if (Wanted) _socket.Send("\n"u8);
        }
        catch (SocketException)
        {
            // The supervisor has gone, and its children with it.
        }

        _socket.Dispose();
    }
}
