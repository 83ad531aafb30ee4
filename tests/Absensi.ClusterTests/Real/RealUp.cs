using System.Globalization;
using Absensi.ClusterTests.Feed;
using Absensi.Storage;
using Absensi.Testing;

namespace Absensi.ClusterTests.Real;

/// <summary><c>absensi up --real</c> in a temporary folder: nginx, three nodes, a realtime server, and the database server and Redis that nobody else named.</summary>
internal sealed class RealUp : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string[] _words;
    private int _people;

    private RealUp(IReadOnlyDictionary<string, string> environment, string[] words) => (_environment, _words) = (environment, words);

    public string Folder { get; } = Directory.CreateTempSubdirectory("absensi-real-").FullName;
    public int Port { get; } = Cluster.FreePort();
    public Uri Address => new($"http://127.0.0.1:{Port}");
    public Program Up { get; private set; } = null!;
    public Database Database { get; private set; } = null!;

    /// <param name="words">Further ones for <c>up --real</c>.</param>
    public static async Task<RealUp> StartAsync(IReadOnlyDictionary<string, string>? environment = null, params string[] words)
    {
        var up = new RealUp(environment ?? new Dictionary<string, string>(), words);
        await up.StartAgainAsync();
        return up;
    }

    /// <summary>The same words once more, after the last start has ended.</summary>
    public async Task StartAgainAsync()
    {
        // Not later: by the end of the run its process id may be a stranger's.
        if (Up is { } last) await last.DisposeAsync();
        Up = Program.Start(["up", "--real", "--port", $"{Port}", "--data", Folder, .. _words], _environment);
        await Up.SaysAsync("on the air");
        if (Database is null) Database = Database.From(Settings());
    }

    /// <summary>What a command with this data folder and environment would read.</summary>
    private Settings Settings()
    {
        var source = new SettingsSource(_environment.GetValueOrDefault);
        var servers = Path.Combine(Folder, Absensi.Settings.ServersFile);
        return Absensi.Settings.Parse(source.WithServersOf(servers), Folder);
    }

    public Task<(int ExitCode, string Output)> RunAsync(params string[] words) => Program.RunAsync([.. words, "--data", Folder], _environment);

    /// <param name="open">Whether they have the page before them already, or fetch it before their first tap.</param>
    public async Task<IReadOnlyList<Visitor>> AddPeopleAsync(int count, string role = Roles.Karyawan, bool open = true)
    {
        const int atOnce = 2000;
        var people = new List<Visitor>();
        while (people.Count < count)
        {
            var some = Math.Min(atOnce, count - people.Count);
            var tokens = await Accounts.AddAsync(Database, Interlocked.Add(ref _people, some) - some + 1, some, role);
            people.AddRange(tokens.Select(token => new Visitor(Address, token)));
        }

        if (open) await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = 16 }, OpenAsync);
        return people;
    }

    // A busy machine may answer 503 to so many at once.
    private static async ValueTask OpenAsync(Visitor person, CancellationToken cancel)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!await person.IsOpenAsync() && patience.Elapsed < Program.Patience) await Task.Delay(50, cancel);
    }

    /// <summary>A connection to the hub, as soon as there is one to be had.</summary>
    public async Task<HubClient> ReconnectAsync(Visitor person)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (true)
        {
            try
            {
                return await HubClient.ConnectAsync(Address, person.Token);
            }
            catch (Exception e) when (e is HttpRequestException or System.Net.WebSockets.WebSocketException)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }

    /// <summary>Process ids by child: <c>database</c>, <c>redis</c>, <c>nginx</c>, and the node ids.</summary>
    public IReadOnlyDictionary<string, int> Children() => ChildrenOf(Up.Id);

    /// <summary>Every process that works for this folder: the supervisor's children, and theirs.</summary>
    public IReadOnlyList<int> Processes() => Children().Values.SelectMany(WithChildren).ToList();

    /// <summary>A child and the processes it has started, such as nginx's workers.</summary>
    public static IReadOnlyList<int> WithChildren(int process) => [process, .. ChildrenOf(process).Values];

    /// <summary>The port that a process of ours has on 127.0.0.1: <c>NODE_PORT_1</c>, <c>REALTIME_PORT_1</c>.</summary>
    public int PortOf(string name) =>
        int.Parse(File.ReadLines(Path.Combine(Folder, Absensi.Settings.ServersFile)).Single(l => l.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);

    private static Dictionary<string, int> ChildrenOf(int parent)
    {
        var children = new Dictionary<string, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var status = File.ReadAllText($"{folder}/stat");
                var words = status[(status.LastIndexOf(')') + 2)..].Split(' ');
                if (words[0] == "Z" || int.Parse(words[1], CultureInfo.InvariantCulture) != parent) continue;
                var name = status[(status.IndexOf('(', StringComparison.Ordinal) + 1)..status.LastIndexOf(')')] switch
                {
                    "mariadbd" or "mysqld" => "database",
                    "redis-server" => "redis",
                    "nginx" => "nginx",
                    _ => NodeId(folder),
                };
                children[children.ContainsKey(name) ? $"{name} {folder}" : name] = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return children;
    }

    private static string NodeId(string folder) =>
        File.ReadAllText($"{folder}/environ").Split('\0').FirstOrDefault(v => v.StartsWith("NODE_ID=", StringComparison.Ordinal))?["NODE_ID=".Length..] ?? folder;

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Up.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
