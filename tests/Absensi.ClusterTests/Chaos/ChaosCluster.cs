using System.Globalization;
using System.Net;
using Absensi.ClusterTests.Real;
using Absensi.Testing;

namespace Absensi.ClusterTests.Chaos;

/// <summary><c>up --real</c> on a database and a Redis that can be killed, frozen and cut off from one process, and with one node whose clock is wrong.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    public const string WrongNode = "app-node-3";
    public static readonly IReadOnlyList<string> Children = ["app-node-1", "app-node-2", "app-node-3", "realtime-1", "nginx"];

    private readonly string _folder = Directory.CreateTempSubdirectory("absensi-chaos-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Dictionary<string, int> _doomed = [];

    public MariaDbServer Database { get; private set; } = null!;
    public RedisProcess Redis { get; private set; } = null!;
    public Wire DatabaseWire { get; private set; } = null!;
    public Wire RedisWire { get; private set; } = null!;
    public RealUp Real { get; private set; } = null!;

    /// <param name="duration">How long it is going to run. Work begins after that; by the wrong clock it has begun already.</param>
    public static async Task<ChaosCluster> StartAsync(TimeSpan duration)
    {
        var cluster = new ChaosCluster();
        (cluster.Database, cluster.Redis) = (await MariaDbServer.CreateAsync("--innodb-flush-log-at-trx-commit=1"), await RedisProcess.CreateAsync());
        (cluster.DatabaseWire, cluster.RedisWire) = (new Wire(cluster.Database.Port), new Wire(cluster.Redis.Port));
        var now = TimeZoneInfo.ConvertTimeFromUtc(DateTime.UtcNow, TimeZoneInfo.FindSystemTimeZoneById(Noon.Zone));
        cluster.Real = await RealUp.StartAsync(new Dictionary<string, string>
        {
            ["DB_HOST"] = "127.0.0.1", ["DB_PORT"] = Number(cluster.DatabaseWire.Port), ["DB_USERNAME"] = MariaDbServer.User, ["DB_PASSWORD"] = MariaDbServer.Password,
            ["REDIS_HOST"] = "127.0.0.1", ["REDIS_PORT"] = Number(cluster.RedisWire.Port),
            ["WORK_START"] = now.Add(duration).AddMinutes(30).ToString("HH:mm", CultureInfo.InvariantCulture), ["WORK_END"] = "23:59", ["WORKDAYS"] = "1-7",
            ["LD_PRELOAD"] = await WrongClock.BuildAsync(cluster._folder, WrongNode, duration + TimeSpan.FromHours(1)),
        });
        return cluster;
    }

    /// <summary>The clock of a node, as its answers tell it.</summary>
    public async Task<DateTimeOffset> ClockAsync(string child)
    {
        using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{PortOf(child)}/health/live"));
        return answer.Headers.Date!.Value;
    }

    /// <summary>A child's process, which is about to end: the cluster is whole when there is another.</summary>
    public int Doom(string child) => _doomed[child] = Real.Children()[child];

    /// <summary>Whether every child lives and says it is ready, the successors of those that were to end.</summary>
    public async Task<bool> IsWholeAsync()
    {
        // nginx's word is not enough: workers of a dead master still serve.
        var children = Real.Children();
        if (Children.Any(child => !children.TryGetValue(child, out var process) || process == _doomed.GetValueOrDefault(child))) return false;
        foreach (var child in Children.Where(child => child != "nginx"))
            if (!await IsReadyAsync(new Uri($"http://127.0.0.1:{PortOf(child)}/health/ready"))) return false;
        return await IsReadyAsync(new Uri(Real.Address, "/health/ready"));
    }

    public async ValueTask DisposeAsync()
    {
        DatabaseWire.Mend();
        RedisWire.Mend();
        await Real.DisposeAsync();
        await DatabaseWire.DisposeAsync();
        await RedisWire.DisposeAsync();
        await Redis.DisposeAsync();
        await Database.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private int PortOf(string child) => Real.PortOf(child == "realtime-1" ? "REALTIME_PORT_1" : $"NODE_PORT_{child[^1]}");

    private async Task<bool> IsReadyAsync(Uri address)
    {
        try
        {
            using var answer = await _http.GetAsync(address);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
