using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Absensi.Storage;
using Absensi.Testing;

namespace Absensi.ClusterTests;

/// <summary><c>absensi up</c> in a temporary folder on a free port, and the database beside it for what no page can do.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private int _people;

    private Cluster(Program up, string folder, int port) => (Up, Folder, Port) = (up, folder, port);

    public Program Up { get; }
    public string Folder { get; }
    public int Port { get; }
    public Uri Address => new($"http://127.0.0.1:{Port}");
    public Database Database { get; private init; } = null!;

    public static Task<Cluster> StartAsync(int nodes = 3, params string[] through) => StartAsync(nodes, [], through);

    public static Task<Cluster> StartStagedAsync(int nodes = 3) => StartAsync(nodes, ["--stage"], []);

    private static async Task<Cluster> StartAsync(int nodes, string[] words, string[] through)
    {
        var folder = Directory.CreateTempSubdirectory("absensi-cluster-").FullName;
        var port = FreePort();
        var up = Program.Start(["up", "--nodes", $"{nodes}", "--port", $"{port}", "--data", folder, .. words], null, through);
        await up.SaysAsync("on the air");
        return new Cluster(up, folder, port) { Database = new Database(new SqliteDialect(folder)) };
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Adds people and a session for each, past the password check, which costs more than all that follows.</summary>
    public async Task<IReadOnlyList<Person>> AddPeopleAsync(int count, string role = Roles.Karyawan)
    {
        var first = Interlocked.Add(ref _people, count) - count + 1;
        var people = Enumerable.Range(first, count).Select(i => new
        {
            name = $"Orang {i}",
            email = $"orang{i}@absensi.test",
            token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        }).ToList();
        var rows = JsonSerializer.Serialize(people.Select(p => new { p.name, p.email, session = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(p.token))) }));
        await Database.ExecuteAsync(
            """
            INSERT INTO users (name, email, password, role, active, must_change_password)
            SELECT value ->> '$.name', value ->> '$.email', 'none', @role, 1, 0 FROM json_each(@rows)
            """, new { rows, role }, CancellationToken.None);
        await Database.ExecuteAsync(
            """
            INSERT INTO sessions (id, user_id, created_at, last_seen_at)
            SELECT value ->> '$.session', u.id, unixepoch(), unixepoch() FROM json_each(@rows) JOIN users u ON u.email = value ->> '$.email'
            """, new { rows }, CancellationToken.None);
        var ids = (await Database.QueryAsync<(long Id, string Email)>("SELECT id, email FROM users", null, CancellationToken.None)).ToDictionary(r => r.Email, r => r.Id);
        return people.ConvertAll(p => new Person(ids[p.email], p.token));
    }

    /// <summary>A subscribed connection to the hub that any node but one serves.</summary>
    public async Task<HubClient> FollowAsync(Person person, long after, string notOn)
    {
        while (true)
        {
            var hub = await HubClient.ConnectAsync(Address, person.Token);
            if (hub.NodeId != notOn)
            {
                await hub.SubscribeAsync(after);
                return hub;
            }

            await hub.DisposeAsync();
        }
    }

    /// <summary>Process ids of the nodes, by node id.</summary>
    public IReadOnlyDictionary<string, int> Nodes()
    {
        var nodes = new Dictionary<string, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var status = File.ReadAllText($"{folder}/stat");
                if (int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1]) != Up.Id) continue;
                var id = File.ReadAllText($"{folder}/environ").Split('\0').First(v => v.StartsWith("NODE_ID=", StringComparison.Ordinal))["NODE_ID=".Length..];
                nodes[id] = int.Parse(Path.GetFileName(folder));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // It ended meanwhile, or has only just been forked.
            }
        }

        return nodes;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Up.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

internal sealed record Person(long Id, string Token);
