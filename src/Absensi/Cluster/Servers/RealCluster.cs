using System.Globalization;

namespace Absensi.Cluster.Servers;

/// <summary>
/// What <c>absensi up --real</c> runs: nginx on the port, app nodes and a realtime server behind it, a database server and Redis where
/// the environment names none. All but nginx listen on 127.0.0.1 only; everything any of them keeps is in the data folder.
/// </summary>
public sealed class RealCluster
{
    private const string Loopback = "127.0.0.1";

    private readonly ServersFile _file;
    private readonly DatabaseChild? _database;
    private readonly RedisChild? _redis;
    private readonly NginxChild _nginx;

    private RealCluster(Settings given)
    {
        var programs = ServerPrograms.Find(given.Database is null, given.Redis is null);
        var folder = given.DataFolder;
        (Settings, _file, _nginx) = (given, new ServersFile(folder), new NginxChild(programs, folder));
        Leftovers.End(folder, programs.Nginx, programs.Database, programs.Redis);
        if (given.Database is null)
        {
            var database = new DatabaseServer(Loopback, _file.Port("DB_PORT"), "absensi", "absensi", _file.Password("DB_PASSWORD"), "Preferred");
            _database = new DatabaseChild(programs, folder, database);
            Settings = Settings with { Database = database };
            foreach (var (name, value) in Words(database)) _file.Set(name, value);
        }

        if (given.Redis is null)
        {
            var redis = new RedisServer(Loopback, _file.Port("REDIS_PORT"), _file.Password("REDIS_PASSWORD"));
            _redis = new RedisChild(programs, folder, redis);
            Settings = Settings with { Redis = redis };
            foreach (var (name, value) in Words(redis)) _file.Set(name, value);
        }
    }

    /// <summary>The environment's, and in them the servers that are started.</summary>
    public Settings Settings { get; }

    /// <summary>Ends what an earlier supervisor left, and chooses ports and passwords. One <c>up</c> at a time may hold the folder.</summary>
    /// <param name="given">What the environment says; a server that it names is used instead of started.</param>
    /// <exception cref="SupervisorException">A program is missing.</exception>
    public static RealCluster Plan(Settings given) => new(given);

    /// <summary>Makes what the servers need for their first start.</summary>
    /// <exception cref="SupervisorException">The database can't be made.</exception>
    public async Task InstallAsync(CancellationToken cancel)
    {
        _file.Save();
        if (_database is not null) await _database.InstallAsync(cancel);
    }

    /// <param name="migrate">Brings the schema up to date, once the database answers and before any node starts.</param>
    public IReadOnlyList<Stage> Stages(int nodes, Func<CancellationToken, Task> migrate)
    {
        var ports = Enumerable.Range(1, nodes).Select(number => _file.Port($"NODE_PORT_{number}")).ToList();
        var realtimePort = _file.Port("REALTIME_PORT_1");
        _file.Save();
        var shared = Shared(realtimePort);
        var app = AppNodes.Create(nodes, number => Server(shared, ports[number - 1]));
        var realtime = new Child("realtime-1", () => Child.OwnCommand(["realtime", "--supervised"], Server(shared, realtimePort, ("NODE_ID", "realtime-1"), ("NODE_NAME", "Realtime"))), AppNodes.IsReadyLine);
        Child[] servers = [.. _database is null ? Array.Empty<Child>() : [_database.Create()], .. _redis is null ? Array.Empty<Child>() : [_redis.Create()]];
        // nginx waits at its end for open connections, so whoever holds those for long ends together with it.
        return [new(servers, migrate), new(app), new([realtime, _nginx.Create(Settings.Port, ports, [realtimePort])])];
    }

    private Dictionary<string, string> Shared(int realtimePort) => new(Words(Settings.Database!).Concat(Words(Settings.Redis!)))
    {
        ["APP_BIND"] = Loopback,
        ["TRUSTED_PROXIES"] = Loopback,
        ["REALTIME_URL"] = $"http://{Loopback}:{realtimePort}",
        ["ABSENSI_DATA"] = Settings.DataFolder,
    };

    private static Dictionary<string, string> Server(Dictionary<string, string> shared, int port, params (string Name, string Value)[] own)
    {
        var environment = new Dictionary<string, string>(shared) { ["APP_PORT"] = Number(port) };
        foreach (var (name, value) in own) environment[name] = value;
        return environment;
    }

    private static Dictionary<string, string> Words(DatabaseServer server) => new()
    {
        ["DB_HOST"] = server.Host, ["DB_PORT"] = Number(server.Port), ["DB_DATABASE"] = server.Database,
        ["DB_USERNAME"] = server.Username, ["DB_PASSWORD"] = server.Password, ["DB_SSL_MODE"] = server.SslMode,
    };

    private static Dictionary<string, string> Words(RedisServer server) =>
        new() { ["REDIS_HOST"] = server.Host, ["REDIS_PORT"] = Number(server.Port), ["REDIS_PASSWORD"] = server.Password ?? "" };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
