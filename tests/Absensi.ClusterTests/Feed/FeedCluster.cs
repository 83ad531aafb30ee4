using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Absensi.ClusterTests.Real;
using Absensi.Commands;
using Absensi.Storage;
using Absensi.Testing;

namespace Absensi.ClusterTests.Feed;

/// <summary>Two nodes, two realtime servers, Redis behind a wire that can be cut, one database: all of them processes.</summary>
public sealed class FeedCluster : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("absensi-cluster-").FullName;
    private int _people;

    public RedisProcess Redis { get; private set; } = null!;
    public Wire Wire { get; private set; } = null!;
    public Database Database { get; private set; } = null!;
    public ServerProcess[] Nodes { get; private set; } = [];
    public List<ServerProcess> Realtime { get; } = [];

    public async Task InitializeAsync()
    {
        Redis = await RedisProcess.CreateAsync();
        Wire = new Wire(Redis.Port);
        Database = new Database(new SqliteDialect(_folder));
        await MigrateCommand.MigrateAsync(Database, CancellationToken.None);
        Nodes = await Task.WhenAll(StartAsync("node", "app-node-1"), StartAsync("node", "app-node-2"));
        Realtime.AddRange(await Task.WhenAll(StartAsync("realtime", "realtime-1"), StartAsync("realtime", "realtime-2")));
    }

    public async Task DisposeAsync()
    {
        Redis?.Thaw();
        foreach (var server in Nodes.Concat(Realtime)) await server.DisposeAsync();
        if (Wire is not null) await Wire.DisposeAsync();
        if (Redis is not null) await Redis.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public Task<ServerProcess> StartAsync(string command, string id) => ServerProcess.StartAsync(command, id, _folder,
    [
        ("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", Wire.Port.ToString(CultureInfo.InvariantCulture)), ("REALTIME_URL", "http://127.0.0.1:1"),
    ]);

    public Task<long> LastEventAsync() => new Absensi.Storage.EventLog(Database).LastIdAsync(CancellationToken.None);

    /// <summary>People with a session each.</summary>
    public async Task<IReadOnlyList<Visitor>> AddPeopleAsync(int count, string role = Roles.Karyawan)
    {
        var tokens = await Accounts.AddAsync(Database, Interlocked.Add(ref _people, count) - count + 1, count, role);
        return tokens.Select((token, i) => new Visitor(Nodes[i % Nodes.Length].Address, token)).ToList();
    }
}

/// <summary>A browser that is logged in, at one of the nodes.</summary>
public sealed class Visitor(Uri node, string token)
{
    // One pool of connections for all, as behind a balancer; the cookies are each visitor's own.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    private string? _csrf, _csrfCookie;

    public string Token => token;

    /// <summary>Fetches what a form needs, from a page that costs the node nothing.</summary>
    public async Task OpenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node, "/login"));
        request.Headers.Add("Cookie", $"absensi_session={token}");
        using var answer = await Http.SendAsync(request);
        var cookies = answer.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]).ToDictionary(c => c[..c.IndexOf('=')], c => c[(c.IndexOf('=') + 1)..]);
        (_csrf, _csrfCookie) = (WebUtility.UrlDecode(cookies["XSRF-TOKEN"]), cookies["absensi_csrf"]);
    }

    /// <summary>Whether it has what a form needs; fetches it where it has not.</summary>
    public async Task<bool> IsOpenAsync()
    {
        try
        {
            if (_csrf is null) await OpenAsync();
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or KeyNotFoundException or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    /// <returns>The event's number, and when the answer was there (<see cref="Stopwatch.GetTimestamp"/>).</returns>
    public async Task<(long Id, long At)> TapAsync(string path)
    {
        var key = Guid.NewGuid().ToString();
        var answer = await PostAsync(path, JsonContent.Create(new { latitude = -6.2, longitude = 106.8 }), key);
        // As a phone does when a node says it is too busy: again, with the same key.
        for (var goes = 0; answer.StatusCode == HttpStatusCode.ServiceUnavailable && goes < 10; goes++)
        {
            await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
            answer = await PostAsync(path, JsonContent.Create(new { latitude = -6.2, longitude = 106.8 }), key);
        }

        var body = await answer.Content.ReadAsStringAsync();
        var at = Stopwatch.GetTimestamp();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {body}");
        return (JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("event_id").GetInt64(), at);
    }

    public async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node, path));
        return await SendAsync(request, cancel);
    }

    public async Task<HttpResponseMessage> PostAsync(string path, HttpContent? content, string? key = null, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node, path)) { Content = content };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await SendAsync(request, cancel);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        request.Headers.Add("Cookie", $"absensi_session={token}; absensi_csrf={_csrfCookie}");
        request.Headers.Add("X-XSRF-TOKEN", _csrf);
        request.Headers.Add("Accept", "application/json");
        return await Http.SendAsync(request, cancel);
    }
}
