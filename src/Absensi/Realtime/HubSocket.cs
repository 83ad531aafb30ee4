using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Absensi.Realtime;

/// <summary>
/// A WebSocket as SignalR's hub sees a connection. SignalR's own endpoint puts a pipe, a loop and a registry before the
/// socket, for transports nobody uses here: what a frame cost to send and a silent listener to keep was half as much again.
/// </summary>
internal sealed class HubSocket : ConnectionContext, IDuplexPipe, IConnectionUserFeature
{
    // Who is told that it is over has this long to hang up.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // What a caller has sent and the hub has not taken yet.
    private const int MostUnheard = 4 * 1024;
    private static readonly PipeOptions Heard = new(pauseWriterThreshold: MostUnheard, resumeWriterThreshold: MostUnheard / 2,
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private readonly HttpContext _http;
    private readonly WebSocket _socket;
    private readonly Pipe _heard = new(Heard);

    private HubSocket(HttpContext http, WebSocket socket)
    {
        (_http, _socket) = (http, socket);
        (ConnectionId, User, ConnectionClosed) = (http.Connection.Id, http.User, http.RequestAborted);
        Output = new SocketWriter(socket, http.Abort);
        Features = new FeatureCollection(http.Features); // the server's heartbeat among them: the hub's pings and time-outs hang on it
        Features.Set<IConnectionUserFeature>(this);
        Transport = this;
    }

    public override string ConnectionId { get; set; }
    public override IFeatureCollection Features { get; }
    public override IDictionary<object, object?> Items { get => field ??= new ConnectionItems(); set; }
    public override IDuplexPipe Transport { get; set; }
    public ClaimsPrincipal? User { get; set; }
    public PipeReader Input => _heard.Reader;
    public PipeWriter Output { get; }

    /// <summary>Serves the hub on this request, until either side has hung up.</summary>
    public static async Task ServeAsync(HttpContext http, ConnectionDelegate hub)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        await new HubSocket(http, socket).RunAsync(hub);
    }

    public override void Abort(ConnectionAbortedException reason) => _http.Abort();

    private async Task RunAsync(ConnectionDelegate hub)
    {
        var listening = ListenAsync();
        try
        {
            await hub(this);
            await _heard.Reader.CompleteAsync(); // whatever is said from here on is not heard
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience);
            await listening.WaitAsync(Patience);
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // It broke, or does not hang up.
        }
        finally
        {
            if (!listening.IsCompleted) _http.Abort();
            await listening;
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                // With nothing to put it into, it waits without a buffer of its own: that is what most do most of the time.
                if ((await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None)).MessageType == WebSocketMessageType.Close) return;
                var part = await _socket.ReceiveAsync(_heard.Writer.GetMemory(), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close) return;
                _heard.Writer.Advance(part.Count);
                if ((await _heard.Writer.FlushAsync()).IsCompleted) return;
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It broke; the hub hears of the end below.
        }
        finally
        {
            await _heard.Writer.CompleteAsync();
        }
    }
}
