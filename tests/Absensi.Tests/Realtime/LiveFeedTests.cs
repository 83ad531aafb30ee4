using System.Net;
using System.Net.WebSockets;
using Absensi.Realtime;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Testing;
using Absensi.Tests.Feed;
using Absensi.Tests.Storage;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Absensi.Tests.Realtime;

public sealed class LiveFeedOnSqlite : LiveFeedTests
{
    protected override Task<TestApp> StartAsync() => TestApp.StartAsync();
}

[Collection("server")]
public sealed class LiveFeedOnServer(SharedServer server) : LiveFeedTests
{
    protected override async Task<TestApp> StartAsync() => await TestApp.StartAsync(await server.NewDatabaseAsync());
}

/// <summary>What a listener relies on, whatever the database.</summary>
public abstract class LiveFeedTests : IAsyncLifetime
{
    private TestApp _app = null!;

    protected abstract Task<TestApp> StartAsync();

    public async Task InitializeAsync() => _app = await StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task AnAdminGetsAllEventsAndAnEmployeeTheirOwn()
    {
        using var one = await _app.NewEmployeeAsync("Satu");
        using var two = await _app.NewEmployeeAsync("Dua");
        await using var admin = await ListenAsync(await _app.AddPersonAsync(Roles.Admin), null);
        await using var mine = await _app.ListenAsync(one, null);

        await one.TapAsync("/absensi/masuk");
        await two.TapAsync("/absensi/masuk");
        await one.TapAsync("/absensi/pulang");
        await admin.UntilEventAsync(3);
        await mine.UntilEventAsync(3);

        Assert.Equal([1, 2, 3], admin.EventIds);
        Assert.Equal(["AbsensiCreated", "AbsensiCreated", "AbsensiUpdated"], admin.Events.Select(e => e.Target));
        Assert.Equal("Satu", admin.Events[0].Argument.GetProperty("data").GetProperty("user_name").GetString());
        Assert.Equal([1, 3], mine.EventIds);
    }

    [Fact]
    public async Task ReplayAndLiveMeetWithoutAGapOrARepeat()
    {
        var people = new List<long>();
        for (var i = 0; i < 8; i++) people.Add(await _app.AddPersonAsync());
        var admin = await _app.AddPersonAsync(Roles.Admin);
        var filler = new LogFiller(_app.Database, people);
        await filler.AppendAsync(6000);
        using var writing = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => WriteAsync(filler, writing.Token))).ToList();

        var listeners = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var person = i % 2 == 0 ? admin : people[i % people.Count];
            await Task.Delay(Random.Shared.Next(1500));
            long after = Random.Shared.Next(7) switch { 0 => 0, 1 => 5999, _ => Random.Shared.Next(6000) };
            return (Client: await ListenAsync(person, after), Person: person, After: after);
        }));
        await writing.CancelAsync();
        await Task.WhenAll(writers);
        var last = await filler.AppendAsync(people.Count);

        var log = await _app.Services.GetRequiredService<EventLog>().ReadAsync(0, int.MaxValue, null, CancellationToken.None);
        foreach (var (client, person, after) in listeners)
        {
            var due = log.Where(e => e.Id > after && (person == admin || e.UserId == person)).Select(e => e.Id).ToList();
            await client.UntilEventAsync(due[^1]);
            Assert.Equal(due, client.EventIds);
            await client.DisposeAsync();
        }

        static async Task WriteAsync(LogFiller filler, CancellationToken cancel)
        {
            while (!cancel.IsCancellationRequested) await filler.AppendAsync(Random.Shared.Next(1, 40), CancellationToken.None);
        }
    }

    [Theory]
    [InlineData(1L, "Position 1 lies in the future: the log ends at 0.")]
    [InlineData(-1L, "Position must be 0 or more.")]
    public async Task APositionThatCanNotBeIsRefusedAndTheNextOneTaken(long after, string message)
    {
        var admin = await _app.AddPersonAsync(Roles.Admin);
        await using var client = await _app.ConnectAsync(admin);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => client.SubscribeAsync(after));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        await client.SubscribeAsync(0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.SubscribeAsync(0));
    }

    [Fact]
    public async Task TheHubWantsASessionAndAPageOfOurOwn()
    {
        var person = await _app.AddPersonAsync();
        var session = await _app.Services.GetRequiredService<Sessions>().StartAsync(person, null, null, CancellationToken.None);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(null, null));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(session, "https://elsewhere.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(session, "null"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(session, $"http://127.0.0.1:{_app.Address.Port + 1}"));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await StatusAsync(session, $"http://127.0.0.1:{_app.Address.Port}"));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await StatusAsync(session, null));

        await using var behindProxy = await TestApp.StartAsync(("APP_URL", "https://absensi.example.id"));
        var there = await behindProxy.Services.GetRequiredService<Sessions>().StartAsync(await behindProxy.AddPersonAsync(), null, null, CancellationToken.None);
        await using (await HubClient.ConnectAsync(behindProxy.Address, there, "https://absensi.example.id")) { }
        await Assert.ThrowsAsync<HttpRequestException>(() => HubClient.ConnectAsync(behindProxy.Address, there, "http://absensi.example.id"));
    }

    [Fact]
    public async Task LoggingOutClosesThePersonsConnectionsOfThatSessionOnly()
    {
        using var here = await _app.NewEmployeeAsync();
        using var other = await _app.NewEmployeeAsync();
        await using var one = await _app.ListenAsync(here, null);
        await using var two = await _app.ListenAsync(here, null);
        await using var stays = await _app.ListenAsync(other, null);

        await here.PostAsync("/logout", null);

        await Task.WhenAll(one.Closed, two.Closed).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([WebSocketCloseStatus.NormalClosure, WebSocketCloseStatus.NormalClosure], [one.CloseStatus, two.CloseStatus]);
        Assert.False(stays.Closed.IsCompleted);
    }

    [Theory]
    [InlineData("UPDATE users SET role = 'karyawan' WHERE id = @person")]
    [InlineData("UPDATE users SET active = 0 WHERE id = @person")]
    [InlineData("UPDATE sessions SET last_seen_at = 0 WHERE user_id = @person")]
    [InlineData("DELETE FROM sessions WHERE user_id = @person")]
    public async Task WhoeverMayNoLongerSeeEverythingIsDisconnected(string change)
    {
        var person = await _app.AddPersonAsync(Roles.Admin);
        await using var client = await ListenAsync(person, null);

        await _app.Database.ExecuteAsync(change, new { person }, CancellationToken.None);

        await client.Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task TwoTabsAreOnePersonAndAdminsHearWhoComesAndGoes()
    {
        var boss = await _app.AddPersonAsync(Roles.Admin, "Bos");
        var person = await _app.AddPersonAsync(name: "Ani");
        await using var admin = await ListenAsync(boss, null);
        await admin.UntilAsync(c => Presence(c) == "1: Bos");

        var tabs = new[] { await _app.ConnectAsync(person), await _app.ConnectAsync(person) };
        await admin.UntilAsync(c => Presence(c) == "2: Ani, Bos");
        await tabs[0].DisposeAsync();
        await tabs[1].DisposeAsync();
        await admin.UntilAsync(c => Presence(c) == "1: Bos");

        Assert.DoesNotContain(admin.Received, r => r.Target == "Presence" && r.Argument.GetProperty("online").GetInt32() > 2);
    }

    [Fact]
    public async Task EmployeesHearNothingOfPresenceOrServers()
    {
        await using var admin = await ListenAsync(await _app.AddPersonAsync(Roles.Admin), null);
        await using var employee = await ListenAsync(await _app.AddPersonAsync(), null);

        await admin.UntilAsync(c => c.Received.Any(r => r.Target == "Presence" && r.Argument.GetProperty("online").GetInt32() == 2));
        await admin.UntilAsync(c => c.Received.Any(r => r.Target == "ServerStatus"));

        Assert.Empty(employee.Received);
    }

    [Fact]
    public async Task AdminsHearWhenAServerComesOrGoesAndRealtimeServersAreNotCounted()
    {
        var nodes = _app.Services.GetRequiredService<Nodes>();
        await using var admin = await ListenAsync(await _app.AddPersonAsync(Roles.Admin), null);
        await admin.UntilAsync(c => Servers(c) == "Jakarta online");

        await nodes.BeatAsync("realtime-9", "Realtime", Nodes.RealtimeRole, 0, 0, null, true, CancellationToken.None);
        await nodes.BeatAsync("app-node-2", "Surabaya", Nodes.NodeRole, 0, 0, null, true, CancellationToken.None);
        await admin.UntilAsync(c => Servers(c) == "Jakarta online, Surabaya online");
        await nodes.LeaveAsync("app-node-2", CancellationToken.None);
        await admin.UntilAsync(c => Servers(c) == "Jakarta online, Surabaya offline");
    }

    [Fact]
    public async Task AReaderThatDoesNotReadHoldsUpNobodyAndGetsEverythingWhenItReadsAgain()
    {
        _app.Services.GetRequiredService<Broadcaster>().Stalled = TimeSpan.FromMinutes(2);
        var admin = await _app.AddPersonAsync(Roles.Admin);
        var filler = new LogFiller(_app.Database, [await _app.AddPersonAsync()]);
        await using var quick = await ListenAsync(admin, 0);
        await using var asleep = await _app.ConnectAsync(admin, receiveBuffer: 4096);
        await asleep.SubscribeAsync(0);
        await asleep.PauseAsync();

        var last = 0L;
        for (var i = 0; i < 40; i++) last = await filler.AppendAsync(500);
        await quick.UntilEventAsync(last);
        Assert.True(asleep.LastEventId < last);
        asleep.Resume();
        await asleep.UntilEventAsync(last);

        Assert.Equal(quick.EventIds, asleep.EventIds);
    }

    [Fact]
    public async Task AReaderThatNeverReadsIsDroppedAndCatchesUpWhenItReturns()
    {
        _app.Services.GetRequiredService<Broadcaster>().Stalled = TimeSpan.FromSeconds(1);
        var admin = await _app.AddPersonAsync(Roles.Admin);
        var filler = new LogFiller(_app.Database, [await _app.AddPersonAsync()]);
        await using var asleep = await _app.ConnectAsync(admin, receiveBuffer: 4096);
        await asleep.SubscribeAsync(0);
        await asleep.PauseAsync();

        var last = 0L;
        for (var i = 0; i < 40; i++) last = await filler.AppendAsync(500);
        var listeners = _app.Services.GetRequiredService<Listeners>();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
            while (listeners.All.Any()) await Task.Delay(20, patience.Token);
        asleep.Resume();
        await asleep.Closed;
        _app.Services.GetRequiredService<Broadcaster>().Stalled = TimeSpan.FromMinutes(2);
        await using var back = await ListenAsync(admin, asleep.LastEventId);
        await back.UntilEventAsync(last);

        Assert.Equal(Enumerable.Range(1, (int)last).Select(i => (long)i), asleep.EventIds.Concat(back.EventIds).Where(id => id <= last));
    }

    [Fact]
    public async Task WhoeverSaysNothingIsAskedAndAtLastHungUpOn()
    {
        var hub = _app.Services.GetRequiredService<IOptions<HubOptions>>().Value;
        (hub.KeepAliveInterval, hub.ClientTimeoutInterval) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4));
        await using var client = await ListenAsync(await _app.AddPersonAsync(), null);

        await client.Closed.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(client.Pings > 0);
        Assert.Empty(_app.Services.GetRequiredService<Listeners>().All);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(500_000)]
    public async Task ACallThatIsTooLongEndsTheConnectionAndNoOther(int length)
    {
        var person = await _app.AddPersonAsync();
        await using var other = await ListenAsync(person, null);
        await using var client = await ListenAsync(person, null);

        await client.SendAsync($"{{\"type\":1,\"target\":\"Subscribe\",\"arguments\":[\"{new string('x', length)}\"]}}");

        await client.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(other.Closed.IsCompleted);
    }

    [Fact]
    public async Task ANodeWithARealtimeServerHasNoHubOfItsOwn()
    {
        await using var node = await TestApp.StartAsync(("REALTIME_URL", "http://127.0.0.1:9"));
        using var admin = await node.NewAdminAsync();

        Assert.Equal(404, (await admin.GetAsync("/ws")).Status);
    }

    private async Task<HubClient> ListenAsync(long person, long? after)
    {
        var client = await _app.ConnectAsync(person);
        await client.SubscribeAsync(after);
        return client;
    }

    private async Task<HttpStatusCode> StatusAsync(string? session, string? origin)
    {
        try
        {
            await using var client = await HubClient.ConnectAsync(_app.Address, session, origin);
            return HttpStatusCode.SwitchingProtocols;
        }
        catch (HttpRequestException refused)
        {
            return refused.StatusCode!.Value;
        }
    }

    private static string? Presence(HubClient client) => client.Received.LastOrDefault(r => r.Target == "Presence") is { Argument: var presence }
        ? $"{presence.GetProperty("online")}: {string.Join(", ", presence.GetProperty("users").EnumerateArray().Select(u => u.GetProperty("name").GetString()))}" : null;

    private static string? Servers(HubClient client) => client.Received.LastOrDefault(r => r.Target == "ServerStatus") is { Argument: var servers }
        ? string.Join(", ", servers.EnumerateArray().Select(s => $"{s.GetProperty("name").GetString()} {s.GetProperty("status").GetString()}")) : null;
}
