using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Absensi.ClusterTests;

/// <summary>A raw client of the hub: speaks SignalR's JSON protocol over one WebSocket and keeps the events it gets, in order.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private const char End = '\x1e';

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<(string Name, JsonElement Event)> _events = Channel.CreateUnbounded<(string, JsonElement)>();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Which node serves it.</summary>
    public string NodeId { get; private set; } = "";

    /// <param name="notOn">Nodes that must not serve it.</param>
    public static async Task<Follower> ConnectAsync(Cluster cluster, Person person, long? after, params string[] notOn)
    {
        while (true)
        {
            var follower = new Follower();
            await follower.OpenAsync(cluster, person);
            if (notOn.Contains(follower.NodeId))
            {
                await follower.DisposeAsync();
                continue;
            }

            await follower.SendAsync($$"""{"type":1,"target":"Subscribe","arguments":[{{after?.ToString() ?? "null"}}],"invocationId":"1"}""");
            follower._running = Task.WhenAll(follower.ReadAsync(), follower.PingAsync());
            return follower;
        }
    }

    /// <summary>The next feed event.</summary>
    public async Task<(string Name, JsonElement Event)> NextAsync()
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        return await _events.Reader.ReadAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task OpenAsync(Cluster cluster, Person person)
    {
        _socket.Options.SetRequestHeader("Cookie", $"absensi_session={person.Token}");
        _socket.Options.SetRequestHeader("Origin", cluster.Address.GetLeftPart(UriPartial.Authority));
        _socket.Options.CollectHttpResponseDetails = true;
        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{cluster.Port}/ws"), _stop.Token);
        NodeId = _socket.HttpResponseHeaders!["X-Node-ID"].Single();
        await SendAsync("""{"protocol":"json","version":1}""");
    }

    private Task SendAsync(string message) => _socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, endOfMessage: true, _stop.Token);

    private async Task PingAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await SendAsync("""{"type":6}""");
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
        }
    }

    private async Task ReadAsync()
    {
        var (buffer, text) = (new byte[64 * 1024], new MemoryStream());
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveAsync(buffer.AsMemory(), _stop.Token);
                if (got.MessageType == WebSocketMessageType.Close) throw new WebSocketException("the node closed the connection");
                text.Write(buffer, 0, got.Count);
                if (!got.EndOfMessage) continue;
                foreach (var record in Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).Split(End, StringSplitOptions.RemoveEmptyEntries)) Take(record);
                text.SetLength(0);
            }
        }
        catch (Exception e)
        {
            _events.Writer.TryComplete(e);
        }
    }

    private void Take(string record)
    {
        var message = JsonDocument.Parse(record).RootElement;
        if (message.TryGetProperty("error", out var error)) throw new InvalidOperationException($"the hub answers: {error}");
        if (message.TryGetProperty("target", out var target) && target.GetString() is "AbsensiCreated" or "AbsensiUpdated")
            _events.Writer.TryWrite((target.GetString()!, message.GetProperty("arguments")[0].Clone()));
    }
}
