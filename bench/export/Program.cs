using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Absensi;
using Absensi.Bench;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.DataProtection;

// A whole history as a file over HTTP: rows per second, and how much memory the server needs for it beyond what it needs anyway.
// Beside it, in the same run and asked by the same client, a server on exceljs's streaming writer that makes the same rows up.
var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var here = args.Length > 1 ? args[1] : Path.Combine("bench", "export");
const int rounds = 3;
var folder = Directory.CreateTempSubdirectory("absensi-export-").FullName;
var servers = new List<Process>();
try
{
    var settings = Settings.Parse(new SettingsSource(n => n == "ABSENSI_DATA" ? folder : null));
    string token;
    await using (var database = await Seed.CreateAsync(folder, rows))
    {
        SharedKeyRing.EnsureKey(database);
        using var sessions = new Sessions(database, settings);
        token = await sessions.StartAsync(1, null, "bench", CancellationToken.None);
    }

    var port = FreePort();
    servers.Add(Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "absensi.dll"), "node"], ("ABSENSI_DATA", folder), ("APP_PORT", $"{port}")));
    var peerPort = FreePort();
    servers.Add(Start("node", [Path.Combine(here, "exceljs.mjs"), $"{peerPort}", $"{rows}"]));
    using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
    client.DefaultRequestHeaders.Add("Cookie", $"absensi_session={token}");
    string absensi = $"http://127.0.0.1:{port}", peer = $"http://127.0.0.1:{peerPort}";
    await ReadyAsync(client, $"{absensi}/health/ready");
    await ReadyAsync(client, $"{peer}/?rows=10");
    foreach (var format in new[] { "csv", "xlsx" }) await SizeAsync(client, $"{absensi}/riwayat/export?format={format}&dari={Seed.Today().AddDays(-3):yyyy-MM-dd}");

    Console.WriteLine($"{rows:N0} rows{"",-12}{"seconds",10}{"rows/s",12}{"MB",8}{"idle MB",10}{"peak above idle MB",20}");
    var (ours, theirs) = (new List<double>(), new List<double>());
    for (var round = 0; round < rounds; round++)
    {
        await MeasureAsync("absensi csv", client, $"{absensi}/riwayat/export?format=csv", servers[0]);
        ours.Add(await MeasureAsync("absensi xlsx", client, $"{absensi}/riwayat/export?format=xlsx", servers[0]));
        theirs.Add(await MeasureAsync("exceljs xlsx", client, $"{peer}/", servers[1]));
    }

    Console.WriteLine($"xlsx, absensi : exceljs, rows/s, median of {rounds}: {Median(ours) / Median(theirs):F1}x");
}
finally
{
    foreach (var server in servers)
    {
        server.Kill();
        await server.WaitForExitAsync();
    }

    Directory.Delete(folder, recursive: true);
}

async Task<double> MeasureAsync(string name, HttpClient client, string url, Process server)
{
    var idle = Memory(server, "VmRSS");
    await File.WriteAllTextAsync($"/proc/{server.Id}/clear_refs", "5"); // the peak from here on
    var watch = Stopwatch.StartNew();
    var bytes = await SizeAsync(client, url);
    var seconds = watch.Elapsed.TotalSeconds;
    Console.WriteLine($"{name,-17}{seconds,14:F2}{rows / seconds,12:N0}{bytes / 1e6,8:F1}{idle,10:F0}{Memory(server, "VmHWM") - idle,20:F0}");
    return rows / seconds;
}

static async Task<long> SizeAsync(HttpClient client, string url)
{
    using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
    response.EnsureSuccessStatusCode();
    await using var body = await response.Content.ReadAsStreamAsync();
    var buffer = new byte[128 * 1024];
    long total = 0;
    for (int read; (read = await body.ReadAsync(buffer)) > 0;) total += read;
    return total;
}

static async Task ReadyAsync(HttpClient client, string url)
{
    for (var patience = Stopwatch.StartNew(); ; await Task.Delay(100))
    {
        try
        {
            await SizeAsync(client, url);
            return;
        }
        catch (HttpRequestException) when (patience.Elapsed < TimeSpan.FromSeconds(60))
        {
            // Not yet.
        }
    }
}

static Process Start(string program, string[] arguments, params (string Name, string Value)[] environment)
{
    var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
    foreach (var (name, value) in environment) start.Environment[name] = value;
    return Process.Start(start)!;
}

static double Memory(Process server, string name) =>
    double.Parse(File.ReadLines($"/proc/{server.Id}/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

static int FreePort()
{
    using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    return ((IPEndPoint)socket.LocalEndPoint!).Port;
}
