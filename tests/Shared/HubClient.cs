using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Absensi.Testing;

/// <summary>What came over the hub, and when (<see cref="Stopwatch.GetTimestamp"/>).</summary>
public sealed record Received(string Target, JsonElement Argument, long At);

/// <summary>SignalR's JSON protocol over a bare WebSocket: everything that arrives is kept, in order, as it came.</summary>
public sealed class HubClient : IAsyncDisposable
{
    private const char End = '\u001e';

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _sending = new(1, 1), _reading = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _calls = [];
    private readonly Lock _lock = new();
    private readonly List<Received> _received = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpMessageInvoker _http;
    private int _call;

    private HubClient(int? receiveBuffer) => _http = new HttpMessageInvoker(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>Completes when the server has closed the connection, or it broke.</summary>
    public Task Closed { get; private set; } = null!;

    /// <summary>Which of the nodes that share an address serves it.</summary>
    public string NodeId => _socket.HttpResponseHeaders!["X-Node-ID"].Single();

    public static async Task<HubClient> ConnectAsync(Uri server, string? session, string? origin = null, int? receiveBuffer = null)
    {
        var client = new HubClient(receiveBuffer);
        // The second is its name behind TLS.
        if (session is not null) client._socket.Options.SetRequestHeader("Cookie", $"absensi_session={session}; __Host-absensi_session={session}");
        if (origin is not null) client._socket.Options.SetRequestHeader("Origin", origin);
        client._socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await client._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/ws" }.Uri, client._http, CancellationToken.None);
        }
        catch (WebSocketException) when (client._socket.HttpStatusCode != 0)
        {
            throw new HttpRequestException("refused", null, client._socket.HttpStatusCode);
        }

        await client.SendAsync("{\"protocol\":\"json\",\"version\":1}");
        client.Closed = Task.Run(client.ReadAsync);
        _ = client.PingAsync();
        return client;
    }

    /// <exception cref="InvalidOperationException">The server refused; the message is its own.</exception>
    public async Task SubscribeAsync(long? after)
    {
        var id = Interlocked.Increment(ref _call).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var call = _calls[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync(JsonSerializer.Serialize(new { type = 1, invocationId = id, target = "Subscribe", arguments = new[] { after } }));
        await call.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public IReadOnlyList<Received> Received
    {
        get { lock (_lock) return _received.ToList(); }
    }

    public IReadOnlyList<Received> Events => Received.Where(r => r.Target.StartsWith("Absensi", StringComparison.Ordinal)).ToList();
    public IReadOnlyList<long> EventIds => Events.Select(e => e.Argument.GetProperty("event_id").GetInt64()).ToList();

    /// <summary>Waits until what has come is enough.</summary>
    public async Task UntilAsync(Func<HubClient, bool> enough, int seconds = 30)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            Task arrived;
            lock (_lock) arrived = _arrived.Task;
            if (enough(this)) return;
            var left = TimeSpan.FromSeconds(seconds) - patience.Elapsed;
            if (left <= TimeSpan.Zero) throw new TimeoutException($"Not within {seconds} s; the last that came: {(Received is [.., var last] ? last : null)}");
            await Task.WhenAny(arrived, Task.Delay(left));
        }
    }

    public Task UntilEventAsync(long id, int seconds = 30) => UntilAsync(c => c.LastEventId >= id, seconds);

    public long LastEventId { get; private set; }

    /// <summary>Whether the server said that it closes, and that connecting again is welcome.</summary>
    public bool WasToldToReconnect { get; private set; }

    /// <summary>How the server closed; null when it broke.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>How often the server asked whether anybody is there.</summary>
    public int Pings { get; private set; }

    /// <summary>Reads no more, as a phone that fell asleep; the connection stays open.</summary>
    public Task PauseAsync() => _reading.WaitAsync();

    public void Resume() => _reading.Release();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _socket.Abort();
        await Closed;
        _socket.Dispose();
        _http.Dispose();
    }

    public async Task SendAsync(string message)
    {
        await _sending.WaitAsync(_end.Token);
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, true, _end.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task PingAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(10), _end.Token);
                await SendAsync("{\"type\":6}");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var text = new MemoryStream();
        try
        {
            while (true)
            {
                await _reading.WaitAsync(_end.Token);
                _reading.Release();
                var part = await _socket.ReceiveAsync(buffer, _end.Token);
                if (part.MessageType == WebSocketMessageType.Close) return;
                text.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;
                Take(Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length));
                text.SetLength(0);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException or IOException)
        {
        }
        finally
        {
            foreach (var call in _calls.Values) call.TrySetException(new WebSocketException("closed"));
        }
    }

    private void Take(string messages)
    {
        var at = Stopwatch.GetTimestamp();
        TaskCompletionSource arrived;
        lock (_lock)
        {
            foreach (var message in messages.Split(End, StringSplitOptions.RemoveEmptyEntries))
            {
                using var json = JsonDocument.Parse(message);
                if (!json.RootElement.TryGetProperty("type", out var type)) continue;
                if (type.GetInt32() == 1) Keep(json.RootElement, at);
                if (type.GetInt32() == 3) Answer(json.RootElement);
                if (type.GetInt32() == 6) Pings++;
                if (type.GetInt32() == 7) WasToldToReconnect = json.RootElement.TryGetProperty("allowReconnect", out var again) && again.GetBoolean();
            }

            arrived = _arrived;
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        arrived.TrySetResult();
    }

    private void Keep(JsonElement call, long at)
    {
        var argument = call.GetProperty("arguments")[0].Clone();
        _received.Add(new Received(call.GetProperty("target").GetString()!, argument, at));
        if (argument.ValueKind == JsonValueKind.Object && argument.TryGetProperty("event_id", out var id)) LastEventId = id.GetInt64();
    }

    private void Answer(JsonElement completion)
    {
        var call = _calls[completion.GetProperty("invocationId").GetString()!];
        if (completion.TryGetProperty("error", out var error)) call.TrySetException(new InvalidOperationException(error.GetString()));
        else call.TrySetResult();
    }
}
