using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Absensi.Bench;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.DataProtection;

// A whole history as a file over HTTP, from SQLite and from MariaDB: rows per second, the node's CPU seconds, and how much memory it needs beyond
// what it needs anyway; also when the reader at the other end is slow. Beside it, in the same run and asked by the same client, a server on
// exceljs's streaming writer that makes the same rows up (a tenth as many: it is slow, and its rate does not depend on their number).
// export [rows] [folder of exceljs.mjs]
var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var here = args.Length > 1 ? args[1] : Path.Combine("bench", "export");
const int rounds = 3;
var folder = Directory.CreateTempSubdirectory("absensi-export-").FullName;
var servers = new List<Process>();
using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
try
{
    Console.WriteLine($"{rows,10:N0} rows{"",-14}{"seconds",10}{"rows/s",12}{"CPU s",8}{"MB",8}{"idle MB",10}{"peak above idle MB",20}");
    var ours = await OursAsync("sqlite");
    await OursAsync("mariadb");
    var peer = $"http://127.0.0.1:{FreePort()}";
    var exceljs = Start("node", [Path.Combine(here, "exceljs.mjs"), peer[(peer.LastIndexOf(':') + 1)..], $"{rows / 10}"]);
    await ReadyAsync($"{peer}/?rows=10");
    var theirs = new List<double>();
    for (var round = 0; round < rounds; round++) theirs.Add(await MeasureAsync("exceljs xlsx", $"{peer}/", exceljs, rows / 10));
    Console.WriteLine($"xlsx from sqlite : exceljs, rows/s, median of {rounds}: {Median(ours) / Median(theirs):F1}x");
}
finally
{
    foreach (var server in servers.Where(s => !s.HasExited))
    {
        server.Kill();
        await server.WaitForExitAsync();
    }

    Directory.Delete(folder, recursive: true);
}

async Task<List<double>> OursAsync(string kind)
{
    await using var server = await Server.StartAsync(kind, folder);
    var port = FreePort();
    (string, string)[] environment = [.. await server.NewDatabaseAsync(kind), ("APP_PORT", $"{port}")];
    var settings = Server.Settings(environment);
    string token;
    await using (var database = Database.From(settings))
    {
        await Seed.FillAsync(database, rows);
        SharedKeyRing.EnsureKey(database);
        using var sessions = new Sessions(database, settings);
        token = await sessions.StartAsync(1, null, "bench", CancellationToken.None);
    }

    client.DefaultRequestHeaders.Remove("Cookie");
    client.DefaultRequestHeaders.Add("Cookie", $"absensi_session={token}");
    var node = Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "absensi.dll"), "node"], environment);
    await ReadyAsync($"http://127.0.0.1:{port}/health/ready");
    var export = $"http://127.0.0.1:{port}/riwayat/export?format=";
    foreach (var format in new[] { "csv", "xlsx" }) await SizeAsync($"{export}{format}&dari={Seed.Today().AddDays(-3):yyyy-MM-dd}");

    // Slow first: that is when a server has grown into nothing yet.
    await MeasureAsync($"{kind} csv, slow", export + "csv", node, rows, slow: true);
    await MeasureAsync($"{kind} xlsx, slow", export + "xlsx", node, rows, slow: true);
    var rates = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        await MeasureAsync($"{kind} csv", export + "csv", node, rows);
        rates.Add(await MeasureAsync($"{kind} xlsx", export + "xlsx", node, rows));
    }

    node.Kill();
    await node.WaitForExitAsync();
    return rates;
}

async Task<double> MeasureAsync(string name, string url, Process server, int rowsOfIt, bool slow = false)
{
    var (idle, cpu) = (Memory(server, "VmRSS"), server.TotalProcessorTime);
    await File.WriteAllTextAsync($"/proc/{server.Id}/clear_refs", "5"); // the peak from here on
    var watch = Stopwatch.StartNew();
    var bytes = await SizeAsync(url, slow);
    var seconds = watch.Elapsed.TotalSeconds;
    server.Refresh();
    var rate = slow ? "" : $"{rowsOfIt / seconds:N0}";
    Console.WriteLine($"{name,-20}{seconds,19:F2}{rate,12}{(server.TotalProcessorTime - cpu).TotalSeconds,8:F2}{bytes / 1e6,8:F1}{idle,10:F0}{Memory(server, "VmHWM") - idle,20:F0}");
    return rowsOfIt / seconds;
}

// A slow reader takes 64 KB fifty times a second, and after five seconds goes away.
async Task<long> SizeAsync(string url, bool slow = false)
{
    using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
    response.EnsureSuccessStatusCode();
    await using var body = await response.Content.ReadAsStreamAsync();
    var buffer = new byte[slow ? 64 * 1024 : 128 * 1024];
    long total = 0;
    for (int read, times = 0; (read = await body.ReadAsync(buffer)) > 0 && (!slow || times < 250); times++)
    {
        total += read;
        if (slow) await Task.Delay(20);
    }

    return total;
}

async Task ReadyAsync(string url)
{
    for (var patience = Stopwatch.StartNew(); ; await Task.Delay(100))
    {
        try
        {
            await SizeAsync(url);
            return;
        }
        catch (HttpRequestException) when (patience.Elapsed < TimeSpan.FromSeconds(60))
        {
            // Not yet.
        }
    }
}

Process Start(string program, string[] arguments, params (string Name, string Value)[] environment)
{
    var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
    foreach (var (name, value) in environment) start.Environment[name] = value;
    var process = Process.Start(start)!;
    servers.Add(process);
    return process;
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
