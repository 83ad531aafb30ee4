using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Absensi.Testing;

/// <summary>
/// A real Redis of one's own, on a free port that stays the same over every start; nothing is kept on disk. Only this
/// process is ever signalled, and it is gone after <see cref="DisposeAsync"/>, or with the test process.
/// </summary>
public sealed partial class RedisProcess : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-").FullName;
    private readonly string[] _options;
    private Process? _process;

    private RedisProcess(string[] options)
    {
        _options = options;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public int Port { get; }

    /// <param name="options">Further command-line options, "--name", "value".</param>
    public static async Task<RedisProcess> CreateAsync(params string[] options)
    {
        var server = new RedisProcess(options);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        if (_process is not null) throw new InvalidOperationException("The server is running.");
        string[] arguments = ["--bind", "127.0.0.1", "--port", $"{Port}", "--save", "", "--appendonly", "no", "--dir", _folder, "--logfile", $"{_folder}/log", .. _options];
        _process = Process.Start(new ProcessStartInfo("redis-server", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var patience = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || patience.Elapsed > TimeSpan.FromSeconds(30)) throw new InvalidOperationException("Redis did not start:\n" + await File.ReadAllTextAsync($"{_folder}/log"));
            await Task.Delay(20);
        }
    }

    /// <summary>Ends it on the spot, as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        Signal(SignalKill);
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    /// <summary>It stops moving; its sockets stay open.</summary>
    public void Freeze() => Signal(SignalStop);

    public void Thaw() => Signal(SignalContinue);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[64];
            var length = await client.GetStream().ReadAsync(answer);
            return Encoding.ASCII.GetString(answer, 0, length) is { } text && (text.StartsWith("+PONG", StringComparison.Ordinal) || text.StartsWith("-NOAUTH", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private const int SignalKill = 9, SignalContinue = 18, SignalStop = 19;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);

    private void Signal(int signal)
    {
        if (_process is { HasExited: false } && SendSignal(_process.Id, signal) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private void OnProcessExit(object? sender, EventArgs e) => Signal(SignalKill);
}
