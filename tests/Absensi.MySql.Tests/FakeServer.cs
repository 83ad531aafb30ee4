using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Absensi.MySql.Tests;

/// <summary>A server that says what a test tells it to, packet by packet. The script runs for each connection; when it ends, the connection ends.</summary>
internal sealed class FakeServer : IDisposable
{
    public static readonly byte[] Nonce = [.. Enumerable.Range(65, 20).Select(i => (byte)i)];
    public static readonly byte[] Ok = [0, 0, 0, 2, 0, 0, 0];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FakeServer(Func<Peer, Task> script)
    {
        _listener.Start();
        _ = AcceptAsync(script);
    }

    public string ConnectionString => $"Server=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};User ID=u;Password=pässword;Pooling=false;ConnectionTimeout=10;SslMode=None";

    /// <summary>A greeting without TLS that asks for <paramref name="method"/>.</summary>
    public static byte[] Greeting(string method, uint capabilities = 0x011F_A200) =>
    [
        10, .. "9.9.9-fake\0"u8, 7, 0, 0, 0, .. Nonce[..8], 0, (byte)capabilities, (byte)(capabilities >> 8), 45, 2, 0, (byte)(capabilities >> 16), (byte)(capabilities >> 24),
        21, .. new byte[10], .. Nonce[8..], 0, .. Encoding.ASCII.GetBytes(method), 0,
    ];

    public static byte[] Error(ushort number, string state, string message) =>
        [0xFF, (byte)number, (byte)(number >> 8), .. Encoding.ASCII.GetBytes($"#{state}{message}")];

    public static byte[] Switch(string method) => [0xFE, .. Encoding.ASCII.GetBytes(method), 0, .. Nonce, 0];

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync(Func<Peer, Task> script)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = ServeAsync(client, script);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    private static async Task ServeAsync(TcpClient client, Func<Peer, Task> script)
    {
        using (client)
        {
            try
            {
                await script(new Peer(client.GetStream()));
            }
            catch (Exception e) when (e is IOException or EndOfStreamException) { }
        }
    }

    internal sealed class Peer(NetworkStream stream)
    {
        private byte _sequence;

        public async Task SendAsync(params byte[][] payloads)
        {
            foreach (var payload in payloads) await RawAsync([(byte)payload.Length, (byte)(payload.Length >> 8), (byte)(payload.Length >> 16), _sequence++, .. payload]);
        }

        public async Task RawAsync(byte[] bytes) => await stream.WriteAsync(bytes);

        public async Task<byte[]> ReceiveAsync()
        {
            var header = new byte[4];
            await stream.ReadExactlyAsync(header);
            _sequence = (byte)(header[3] + 1);
            var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) & 0xFFFFFF];
            await stream.ReadExactlyAsync(payload);
            return payload;
        }

        /// <summary>Waits until the client goes away.</summary>
        public async Task StallAsync()
        {
            var ignored = new byte[256];
            while (await stream.ReadAsync(ignored) > 0) { }
        }

        /// <summary>A handshake that lets everybody in, and the character set's order.</summary>
        public async Task WelcomeAsync()
        {
            await SendAsync(Greeting("mysql_native_password"));
            await ReceiveAsync();
            await SendAsync(Ok);
            await ReceiveAsync();
            await SendAsync(Ok);
        }
    }
}
