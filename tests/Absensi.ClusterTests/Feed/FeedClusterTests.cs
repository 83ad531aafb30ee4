using System.Collections.Concurrent;
using System.Diagnostics;
using Absensi.Storage;
using Absensi.Testing;
using Xunit.Abstractions;

namespace Absensi.ClusterTests.Feed;

public sealed class FeedClusterTests(FeedCluster cluster, ITestOutputHelper output) : IClassFixture<FeedCluster>
{
    private const int Listeners = 50, People = 300, TapsPerSecond = 200;
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    public static readonly TheoryData<string> Faults = ["none", "killed and started again", "frozen and thawed", "cut off and mended", "cut off and killed"];

    /// <summary>Redis goes while people come, and returns while they leave: not before everybody who listens has seen all who came.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task NothingIsMissedRepeatedOrLateWhateverHappensToRedis(string fault)
    {
        var people = await cluster.AddPeopleAsync(People);
        await Task.WhenAll(people.Select(p => p.OpenAsync()));
        var admins = await cluster.AddPeopleAsync(Listeners, Roles.Admin);
        var first = await cluster.LastEventAsync() + 1;
        var clients = await Task.WhenAll(admins.Select((a, i) => HubClient.ConnectAsync(cluster.Realtime[i % 2].Address, a.Token)));
        await Task.WhenAll(clients.Select(c => c.SubscribeAsync(first - 1)));

        var taps = new ConcurrentDictionary<long, long>();
        var coming = TapAsync(people, "/absensi/masuk", taps);
        await clients[0].UntilEventAsync(first + (People / 3));
        await HurtAsync(fault);
        await coming;
        foreach (var client in clients) await client.UntilEventAsync(first + People - 1);
        var leaving = TapAsync(people, "/absensi/pulang", taps);
        await clients[0].UntilEventAsync(first + People + (People / 3));
        await HealAsync(fault);
        await leaving;

        var last = first + (2 * People) - 1;
        Assert.Equal(last, await cluster.LastEventAsync());
        var slowest = TimeSpan.Zero;
        foreach (var client in clients)
        {
            await client.UntilEventAsync(last);
            Assert.Equal(Enumerable.Range(0, 2 * People).Select(i => first + i), client.EventIds);
            slowest = client.Events.Select(e => Stopwatch.GetElapsedTime(taps[e.Argument.GetProperty("event_id").GetInt64()], e.At)).Append(slowest).Max();
            await client.DisposeAsync();
        }

        output.WriteLine($"the slowest event came {slowest.TotalMilliseconds:0} ms after its answer");
        Assert.InRange(slowest, TimeSpan.Zero, Late);
    }

    [Fact]
    public async Task ClientsOfARealtimeServerThatIsKilledGoOnAtAnotherWithoutAGap()
    {
        var doomed = await cluster.StartAsync("realtime", "realtime-doomed");
        var people = await cluster.AddPeopleAsync(People);
        await Task.WhenAll(people.Select(p => p.OpenAsync()));
        var admins = await cluster.AddPeopleAsync(20, Roles.Admin);
        var first = await cluster.LastEventAsync() + 1;
        var before = await Task.WhenAll(admins.Select(a => HubClient.ConnectAsync(doomed.Address, a.Token)));
        await Task.WhenAll(before.Select(c => c.SubscribeAsync(first - 1)));

        var taps = new ConcurrentDictionary<long, long>();
        var tapping = BothAsync();
        await before[0].UntilEventAsync(first + 50);
        await doomed.DisposeAsync();
        await Task.WhenAll(before.Select(c => c.Closed));
        var after = await Task.WhenAll(admins.Select(a => HubClient.ConnectAsync(cluster.Realtime[0].Address, a.Token)));
        await Task.WhenAll(after.Select((c, i) => c.SubscribeAsync(before[i].LastEventId)));
        await tapping;

        for (var i = 0; i < admins.Count; i++)
        {
            await after[i].UntilEventAsync(first + taps.Count - 1);
            Assert.Equal(Enumerable.Range(0, taps.Count).Select(n => first + n), before[i].EventIds.Concat(after[i].EventIds));
            await before[i].DisposeAsync();
            await after[i].DisposeAsync();
        }

        async Task BothAsync()
        {
            await TapAsync(people, "/absensi/masuk", taps);
            await TapAsync(people, "/absensi/pulang", taps);
        }
    }

    [Fact]
    public async Task PresenceIsRightAgainWithinFifteenSecondsOfAKill()
    {
        var doomed = await cluster.StartAsync("realtime", "realtime-presence");
        var (ani, budi, boss) = ((await cluster.AddPeopleAsync(1))[0], (await cluster.AddPeopleAsync(1))[0], (await cluster.AddPeopleAsync(1, Roles.Admin))[0]);
        await using var there = await HubClient.ConnectAsync(doomed.Address, ani.Token);
        await using var onBoth = await HubClient.ConnectAsync(doomed.Address, budi.Token);
        await using var secondTab = await HubClient.ConnectAsync(cluster.Realtime[1].Address, budi.Token);
        await using var admin = await HubClient.ConnectAsync(cluster.Realtime[0].Address, boss.Token);
        await admin.SubscribeAsync(null);
        await admin.UntilAsync(c => Online(c) == 3);

        await doomed.DisposeAsync();
        await admin.UntilAsync(c => Online(c) == 2, seconds: 15);
    }

    [Fact]
    public async Task LoggingOutAtANodeClosesTheSocketAtTheRealtimeServer()
    {
        var visitor = (await cluster.AddPeopleAsync(1))[0];
        await visitor.OpenAsync();
        await using var socket = await HubClient.ConnectAsync(cluster.Realtime[0].Address, visitor.Token);

        (await visitor.PostAsync("/logout", null)).Dispose();

        await socket.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await IsRefusedAsync(visitor)) await Task.Delay(50, patience.Token);
    }

    private async Task<bool> IsRefusedAsync(Visitor visitor)
    {
        try
        {
            await using var client = await HubClient.ConnectAsync(cluster.Realtime[0].Address, visitor.Token);
            return false;
        }
        catch (HttpRequestException refused)
        {
            return refused.StatusCode == System.Net.HttpStatusCode.Unauthorized;
        }
    }

    private async Task HurtAsync(string fault)
    {
        if (fault.StartsWith("killed", StringComparison.Ordinal)) await cluster.Redis.KillAsync();
        if (fault.StartsWith("frozen", StringComparison.Ordinal)) cluster.Redis.Freeze();
        if (fault.StartsWith("cut off", StringComparison.Ordinal)) cluster.Wire.Cut();
    }

    private async Task HealAsync(string fault)
    {
        if (fault == "cut off and killed") await cluster.Redis.KillAsync();
        if (fault.Contains("killed", StringComparison.Ordinal)) await cluster.Redis.StartAsync();
        cluster.Redis.Thaw();
        cluster.Wire.Mend();
    }

    /// <summary>Everybody in, or out again, at a steady rate; every tap must be answered.</summary>
    /// <param name="answered">Is told when each event's answer was there.</param>
    private static async Task TapAsync(IReadOnlyList<Visitor> people, string path, ConcurrentDictionary<long, long> answered)
    {
        var clock = Stopwatch.StartNew();
        var taps = new List<Task>();
        foreach (var person in people)
        {
            var due = TimeSpan.FromSeconds((double)taps.Count / TapsPerSecond) - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(5)) await Task.Delay(due);
            taps.Add(OneAsync(person));
        }

        await Task.WhenAll(taps);

        async Task OneAsync(Visitor person)
        {
            var (id, at) = await person.TapAsync(path);
            answered[id] = at;
        }
    }

    private static int? Online(HubClient client) => client.Received.LastOrDefault(r => r.Target == "Presence")?.Argument.GetProperty("online").GetInt32();
}
