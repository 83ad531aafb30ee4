using System.Collections.Concurrent;
using System.Text.Json;
using Absensi.Core.Events;
using Absensi.Feed;
using Absensi.Features.Dashboard;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Testing;
using Absensi.Tests.Realtime;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Absensi.Tests.Feed;

public sealed class RedisTests : IAsyncLifetime
{
    private RedisProcess _redis = null!;
    private IConnectionMultiplexer? _client;

    public async Task InitializeAsync() => _redis = await RedisProcess.CreateAsync();

    public async Task DisposeAsync()
    {
        _redis.Thaw();
        _client?.Close(allowCommandsToComplete: false);
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task EachCommitIsPublishedAsTheDocumentsJson()
    {
        await using var node = await StartAsync();
        var published = new ConcurrentQueue<string>();
        await (await ClientAsync()).GetSubscriber().SubscribeAsync(RedisDoorbell.Channel, (_, message) => published.Enqueue(message!));
        using var employee = await node.NewEmployeeAsync("Ahmad Rizki");
        await UntilAsync(() => node.Services.GetRequiredService<RedisLink>().Current is not null);

        await employee.TapAsync("/absensi/masuk");
        await employee.TapAsync("/absensi/pulang");
        await UntilAsync(() => published.Count == 2);

        var log = await node.Services.GetRequiredService<EventLog>().ReadAsync(0, 10, null, CancellationToken.None);
        Assert.Equal(log.Select(e => System.Text.Encoding.UTF8.GetString(e.ToWire())), published);
        Assert.Equal("absensi-channel", (string)RedisDoorbell.Channel!);
    }

    [Fact]
    public async Task AnythingPublishedIsARingAndNothingMore()
    {
        await using var node = await StartAsync();
        await using var admin = await node.ConnectAsync(await node.AddPersonAsync(Roles.Admin));
        await admin.SubscribeAsync(null);

        await (await ClientAsync()).GetSubscriber().PublishAsync(RedisDoorbell.Channel, """{"event_id":1,"event":"AbsensiCreated","data":{"user_name":"Palsu"}}""");
        using var employee = await node.NewEmployeeAsync("Asli");
        await employee.TapAsync("/absensi/masuk");
        await admin.UntilEventAsync(1);

        Assert.Equal("Asli", Assert.Single(admin.Events).Argument.GetProperty("data").GetProperty("user_name").GetString());
    }

    [Fact]
    public async Task TheProgramStartsWithoutRedisAndPicksItUpLater()
    {
        await _redis.KillAsync();
        await using var node = await StartAsync();
        using var employee = await node.NewEmployeeAsync();
        Assert.Equal(200, (await employee.TapAsync("/absensi/masuk")).Status);

        await _redis.StartAsync();
        await UntilAsync(() => node.Services.GetRequiredService<RedisLink>().Current is not null);
        var published = new ConcurrentQueue<string>();
        await (await ClientAsync()).GetSubscriber().SubscribeAsync(RedisDoorbell.Channel, (_, message) => published.Enqueue(message!));
        await employee.TapAsync("/absensi/pulang");

        await UntilAsync(() => published.Count == 1);
    }

    [Fact]
    public async Task AFrozenRedisHoldsUpNeitherTapsNorTheFeedNorAnybodysSession()
    {
        await using var node = await StartAsync();
        await using var admin = await node.ConnectAsync(await node.AddPersonAsync(Roles.Admin));
        await admin.SubscribeAsync(null);
        var employees = new List<TestClient>();
        for (var i = 0; i < 20; i++) employees.Add(await node.NewEmployeeAsync());
        await UntilAsync(() => node.Services.GetRequiredService<RedisLink>().Current is not null);

        _redis.Freeze();
        foreach (var employee in employees) Assert.Equal(200, (await employee.TapAsync("/absensi/masuk")).Status);
        await admin.UntilEventAsync(20);
        await UntilAsync(() => node.Services.GetRequiredService<RedisLink>().Current is null);

        _redis.Thaw();
        await UntilAsync(() => node.Services.GetRequiredService<RedisLink>().Current is not null);
        foreach (var employee in employees) Assert.Equal(200, (await employee.TapAsync("/absensi/pulang")).Status);
        await admin.UntilEventAsync(40);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), admin.EventIds);
    }

    [Fact]
    public async Task ALogoutReachesEveryNodeThoughRedisNeverHearsOfIt()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync(("ABSENSI_DATA", one.Services.GetRequiredService<Settings>().DataFolder), ("NODE_ID", "app-node-2"));
        using var here = await one.NewEmployeeAsync();
        using var there = two.Anonymous();
        there.SetCookie("absensi_session", here.Cookie("absensi_session")!);
        Assert.Equal(200, (await there.GetAsync("/api/events")).Status);

        _redis.Freeze();
        await here.PostAsync("/logout", null);
        _redis.Thaw();

        var patience = System.Diagnostics.Stopwatch.StartNew();
        while ((await there.GetAsync("/api/events")).Status == 200) Assert.True(patience.Elapsed < TimeSpan.FromSeconds(5), "the other node still lets them in");
    }

    [Fact]
    public async Task WhoeverWritesToRedisCanNotBecomeSomebodyElse()
    {
        await using var node = await StartAsync();
        using var admin = await node.NewAdminAsync();
        using var employee = await node.NewEmployeeAsync();
        var database = (await ClientAsync()).GetDatabase();
        await UntilAsync(() => node.Services.GetRequiredService<RedisLink>().Current is not null);
        var cache = node.Services.GetRequiredService<RedisCache>();
        var user = new SessionUser { SessionId = "a", UserId = 1, Name = "Admin", Role = Roles.Admin };
        SessionUser? known = null;
        // The cache gives Redis 50 ms; a busy machine may need a few goes.
        for (var goes = 0; known is null && goes < 50; goes++)
        {
            await cache.SetAsync("absensi:session:a", user, TimeSpan.FromMinutes(1));
            known = await cache.GetAsync<SessionUser>("absensi:session:a");
            if (known is null) await Task.Delay(100);
        }

        Assert.Equal("Admin", known!.Name);

        await database.StringSetAsync("absensi:session:b", await database.StringGetAsync("absensi:session:a"));
        await database.StringSetAsync("absensi:session:c", JsonSerializer.Serialize(user));

        Assert.Null(await cache.GetAsync<SessionUser>("absensi:session:b"));
        Assert.Null(await cache.GetAsync<SessionUser>("absensi:session:c"));
        Assert.DoesNotContain("Admin", (string)(await database.StringGetAsync("absensi:session:a"))!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDashboardsSnapshotIsSharedAndNeverOlderThanTheLog()
    {
        await using var node = await StartAsync();
        using var admin = await node.NewAdminAsync();
        using var employee = await node.NewEmployeeAsync();
        await UntilAsync(() => node.Services.GetRequiredService<RedisLink>().Current is not null);

        var before = (await admin.GetAsync("/api/dashboard/data")).Json;
        var cache = node.Services.GetRequiredService<RedisCache>();
        var cached = await cache.GetAsync<DashboardData>("absensi:dashboard:0");
        // The cache gives Redis 50 ms; a busy machine may need a few goes.
        for (var goes = 0; cached is null && goes < 50; goes++)
        {
            await Task.Delay(100);
            await admin.GetAsync("/api/dashboard/data");
            cached = await cache.GetAsync<DashboardData>("absensi:dashboard:0");
        }

        await employee.TapAsync("/absensi/masuk");
        var after = (await admin.GetAsync("/api/dashboard/data")).Json;

        Assert.NotNull(cached);
        Assert.Equal(0, before.GetProperty("metrics").GetProperty("today_count").GetInt64());
        Assert.Equal(1, after.GetProperty("metrics").GetProperty("today_count").GetInt64());
        Assert.Equal(after.GetProperty("latest_attendances").ToString(), (await admin.GetAsync("/api/dashboard/data")).Json.GetProperty("latest_attendances").ToString());
    }

    [Fact]
    public async Task AnOutageIsLoggedOnceAndSoIsItsEnd()
    {
        var lines = new Lines();
        using var link = new RedisLink(new RedisServer("127.0.0.1", _redis.Port, null), lines);
        await link.StartAsync(CancellationToken.None);
        await UntilAsync(() => link.Current is not null);
        lines.Levels.Clear(); // On a busy machine the first attempt may already be an outage.

        await _redis.KillAsync();
        await UntilAsync(() => link.Current is null);
        for (var i = 0; i < 3; i++)
        {
            link.Doubt();
            Assert.Null(await new RedisCache(link, new EphemeralDataProtectionProvider()).GetAsync<string>("anything"));
        }

        await _redis.StartAsync();
        await UntilAsync(() => link.Current is not null);
        await link.StopAsync(CancellationToken.None);

        Assert.Equal([LogLevel.Warning, LogLevel.Information], lines.Levels);
    }

    [Fact]
    public async Task AWrongPasswordIsAnOutageAndNotAnEnd()
    {
        await using var locked = await RedisProcess.CreateAsync("--requirepass", "rahasia");
        var lines = new Lines();
        using var right = new RedisLink(new RedisServer("127.0.0.1", locked.Port, "rahasia"), new Lines());
        using var wrong = new RedisLink(new RedisServer("127.0.0.1", locked.Port, "salah"), lines);
        await right.StartAsync(CancellationToken.None);
        await wrong.StartAsync(CancellationToken.None);

        await UntilAsync(() => right.Current is not null && !lines.Levels.IsEmpty);
        await right.StopAsync(CancellationToken.None);
        await wrong.StopAsync(CancellationToken.None);

        Assert.Null(wrong.Current);
        Assert.Equal([LogLevel.Warning], lines.Levels);
    }

    private Task<TestApp> StartAsync(params (string, string)[] more) =>
        TestApp.StartAsync([("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", _redis.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)), .. more]);

    private async Task<IConnectionMultiplexer> ClientAsync() => _client ??= await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_redis.Port}");

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition()) await Task.Delay(10, patience.Token);
    }

    private sealed class Lines : ILogger<RedisLink>
    {
        public ConcurrentQueue<LogLevel> Levels { get; } = [];
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Levels.Enqueue(logLevel);
    }
}
