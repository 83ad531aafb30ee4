using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Absensi.Realtime;

/// <summary>Sends what the hub writes at once, each write a message of its own. For one writer at a time, as the hub is.</summary>
/// <param name="abort">Ends the connection.</param>
internal sealed class SocketWriter(WebSocket socket, Action abort) : PipeWriter
{
    private ArrayBufferWriter<byte>? _unsent;
    private volatile bool _isWaiting;

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        // Not with the token: a send that is cancelled ends the connection, and that is for whoever waits to say.
        var sending = socket.SendAsync(source, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        if (!sending.IsCompletedSuccessfully) return WaitAsync(sending);
        sending.GetAwaiter().GetResult();
        return default;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => (_unsent ??= new ArrayBufferWriter<byte>()).GetMemory(sizeHint);
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    public override void Advance(int bytes) => _unsent!.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_unsent is not { } unsent) return default;
        _unsent = null;
        return WriteAsync(unsent.WrittenMemory, cancellationToken);
    }

    /// <summary>The hub gives the connection up: what still waits for the other side to read can't be taken back, only cut off.</summary>
    public override void CancelPendingFlush()
    {
        if (_isWaiting) abort();
    }

    public override void Complete(Exception? exception = null)
    {
        // Closing is for whoever serves the socket.
    }

    private async ValueTask<FlushResult> WaitAsync(ValueTask sending)
    {
        _isWaiting = true;
        try
        {
            await sending;
        }
        finally
        {
            _isWaiting = false;
        }

        return default;
    }
}
