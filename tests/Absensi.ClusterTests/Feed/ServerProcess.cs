using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Absensi.Testing;

namespace Absensi.ClusterTests.Feed;

/// <summary>One of our servers as a process of its own, ready when <see cref="StartAsync"/> returns. Gone when disposed of, or with the test process.</summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}");
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public Uri Address { get; }

    /// <summary>What it has written so far.</summary>
    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <param name="command">The program's word: <c>node</c> or <c>realtime</c>.</param>
    public static async Task<ServerProcess> StartAsync(string command, string id, string folder, IEnumerable<(string Name, string Value)> environment)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "absensi.dll"), command])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["APP_TIMEZONE"] = Noon.Zone;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["ABSENSI_DATA"] = folder;
        start.Environment["NODE_ID"] = id;
        start.Environment["NODE_NAME"] = id;
        start.Environment["APP_PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var server = new ServerProcess(new Process { StartInfo = start }, port);
        server._process.OutputDataReceived += server.Keep;
        server._process.ErrorDataReceived += server.Keep;
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        await server.ReadyAsync();
        return server;
    }

    /// <summary>Ends it on the spot, as a power cut would.</summary>
    public async Task KillAsync()
    {
        Signal(SignalKill);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await KillAsync();
        _process.Dispose();
    }

    private async Task ReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if ((await http.GetAsync("/health/ready")).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            if (_process.HasExited || patience.Elapsed > TimeSpan.FromSeconds(60)) throw new InvalidOperationException("The server did not start:\n" + Output);
            await Task.Delay(50);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }

    private const int SignalKill = 9;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);

    private void Signal(int signal)
    {
        if (!_process.HasExited && SendSignal(_process.Id, signal) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private void OnProcessExit(object? sender, EventArgs e) => Signal(SignalKill);
}
