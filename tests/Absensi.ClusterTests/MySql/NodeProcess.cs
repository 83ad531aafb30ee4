using System.Diagnostics;
using System.Globalization;
using System.Text;
using Absensi.Tests;
using Absensi.Testing;

namespace Absensi.ClusterTests.MySql;

/// <summary>One real <c>absensi node</c>, gone with the test.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private NodeProcess(IEnumerable<(string Name, string Value)> environment, int port)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "absensi.dll"), "node"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["APP_TIMEZONE"] = Noon.Zone;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["APP_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        Address = new Uri($"http://127.0.0.1:{port}");
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public static async Task<NodeProcess> StartAsync((string Name, string Value)[] environment, string nodeId)
    {
        var node = new NodeProcess(environment.Append(("NODE_ID", nodeId)), MariaDbServer.FreePort());
        await node.UntilReadyAsync(TimeSpan.FromSeconds(60));
        return node;
    }

    /// <summary>Whether the node says it is ready; false as well when it says nothing.</summary>
    public async Task<bool> IsReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            return (await http.GetAsync("/health/ready")).IsSuccessStatusCode;
        }
        catch (Exception silence) when (silence is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    public async Task UntilReadyAsync(TimeSpan patience)
    {
        for (var waited = Stopwatch.StartNew(); !await IsReadyAsync(); await Task.Delay(20))
        {
            if (_process.HasExited || waited.Elapsed > patience) throw new InvalidOperationException($"the node is not ready:\n{Output}");
        }
    }

    /// <summary>Threads, and kB of memory, of the process now.</summary>
    public (int Threads, long Memory) Size()
    {
        var status = File.ReadLines($"/proc/{_process.Id}/status").Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1]);
        return (int.Parse(status["Threads"], CultureInfo.InvariantCulture), long.Parse(status["VmRSS"].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture));
    }

    /// <summary>A browser of the person whose session token this is.</summary>
    public async Task<TestClient> SignedInAsync(string token)
    {
        var client = new TestClient(Address);
        client.SetCookie("absensi_session", token);
        for (var waited = Stopwatch.StartNew(); (await client.GetAsync("/riwayat", json: false)).Status != 200; await Task.Delay(20))
        {
            if (waited.Elapsed > TimeSpan.FromSeconds(60)) throw new InvalidOperationException($"no page for a minute:\n{Output}");
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }
}
