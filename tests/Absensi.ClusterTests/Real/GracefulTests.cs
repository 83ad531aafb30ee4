using System.Diagnostics;
using Absensi.ClusterTests.Feed;
using Absensi.Storage;
using Absensi.Testing;
using Xunit.Abstractions;

namespace Absensi.ClusterTests.Real;

public sealed class RunningReal : IAsyncLifetime
{
    internal RealUp Real { get; private set; } = null!;

    public async Task InitializeAsync() => Real = await RealUp.StartAsync();

    public async Task DisposeAsync() => await Real.DisposeAsync();
}

/// <summary>What nginx and the nodes together make of restarts and deaths, and within what time. What it took is printed.</summary>
public sealed class GracefulTests(RunningReal running, ITestOutputHelper output) : IClassFixture<RunningReal>
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10), LongestRefusal = TimeSpan.FromSeconds(1);

    // Its machine may stand still for a moment under one of the requests; any time-out of ours takes longer than that.
    private static readonly TimeSpan LongestRefusalOfOne = TimeSpan.FromSeconds(2.5);

    // nginx leaves a node that failed alone for a second, and counts in whole ones.
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(3);

    private readonly RealUp _real = running.Real;

    [Fact]
    public async Task RequestsGoRoundTheNodesInTurn()
    {
        const int requests = 3000;
        using var http = new HttpClient { BaseAddress = _real.Address };
        var counts = new Dictionary<string, int>();
        await InTurnAsync(http);

        await Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, cancel) =>
        {
            using var answer = await http.GetAsync("/health/live", cancel);
            var node = answer.Headers.GetValues("X-Node-ID").Single();
            lock (counts) counts[node] = counts.GetValueOrDefault(node) + 1;
        });

        output.WriteLine(string.Join(", ", counts.OrderBy(c => c.Key).Select(c => $"{c.Key} {c.Value}")));
        Assert.Equal(3, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, requests / 3 * 0.95, requests / 3 * 1.05));
    }

    [Fact]
    public async Task ARollingRestartUnderLoadFailsNoRequest()
    {
        var load = new Load(await _real.AddPeopleAsync(1800), perSecond: 100, retries: false);
        using var enough = new CancellationTokenSource();
        var running = load.RunAsync(enough.Token);

        foreach (var (node, name) in new[] { ("app-node-1", "Jakarta"), ("app-node-2", "Bandung"), ("app-node-3", "Surabaya") })
        {
            var before = _real.Children()[node];
            var (listens, endings) = (_real.Up.Count($"{node} listens"), _real.Up.Count(EndedWell(name)));
            var asked = Stopwatch.StartNew();
            Program.Terminate(before);
            await UntilAsync(() => !Program.IsAlive(before));
            Assert.InRange(asked.Elapsed, TimeSpan.Zero, LongestEnd);
            output.WriteLine($"{node} ended {asked.Elapsed.TotalSeconds:0.0} s after SIGTERM");
            await UntilAsync(() => _real.Up.Count(EndedWell(name)) == endings + 1);
            await _real.Up.SaysAsync($"{node} listens", times: listens + 1);
            var listensAt = Stopwatch.GetTimestamp();
            await UntilAsync(() => load.Attempts.Any(a => a.NodeId == node && a.Status == 200 && a.StartedAt > listensAt) || running.IsCompleted);
        }

        await enough.CancelAsync();
        await running;
        output.WriteLine($"{load.Taps.Count} taps, slowest {load.Attempts.Max(a => a.Took).TotalMilliseconds:0} ms");
        Assert.All(load.Taps, tap => Assert.True(tap.Data is not null, $"{tap.Attempts[^1]} {tap.LastAnswer}"));
    }

    [Fact]
    public async Task ARealtimeServerThatIsToldToStopLetsItsSocketsGoAndTheyGoOnWithoutAGap()
    {
        var admin = (await _real.AddPeopleAsync(1, Roles.Admin))[0];
        var people = await _real.AddPeopleAsync(3);
        var (first, _) = await people[0].TapAsync("/absensi/masuk");
        await using var before = await HubClient.ConnectAsync(_real.Address, admin.Token);
        await before.SubscribeAsync(first - 1);
        await before.UntilEventAsync(first);

        var (asked, realtime, endings) = (Stopwatch.StartNew(), _real.Children()["realtime-1"], _real.Up.Count(EndedWell("realtime-1")));
        Program.Terminate(realtime);
        await before.Closed.WaitAsync(Program.Patience);
        output.WriteLine($"the socket was closed {asked.ElapsedMilliseconds} ms after SIGTERM");
        await UntilAsync(() => !Program.IsAlive(realtime));
        Assert.InRange(asked.Elapsed, TimeSpan.Zero, LongestEnd);
        await UntilAsync(() => _real.Up.Count(EndedWell("realtime-1")) == endings + 1);
        Assert.True(before.WasToldToReconnect);
        var (last, _) = await people[1].TapAsync("/absensi/masuk");

        await using var after = await _real.ReconnectAsync(admin);
        await after.SubscribeAsync(before.LastEventId);
        await after.UntilEventAsync(last);
        Assert.Equal(Enumerable.Range(0, (int)(last - first) + 1).Select(i => first + i), before.EventIds.Concat(after.EventIds));
    }

    /// <summary>From a second after the death on nginx only tries, about once in a second, whether it is back, each time with a request that another node then serves.</summary>
    [Fact]
    public async Task AKilledNodeUnderLoadFailsNoRequestAndIsLeftAloneWithinASecond()
    {
        var load = new Load(await _real.AddPeopleAsync(1000), perSecond: 200, retries: false);
        using var enough = new CancellationTokenSource();
        var running = load.RunAsync(enough.Token);
        await UntilAsync(() => load.Attempts.Count(a => a.NodeId == "app-node-2" && a.Status == 200) > 50);
        var listens = _real.Up.Count("app-node-2 listens");

        var node = $"upstream: \"http://127.0.0.1:{_real.PortOf("NODE_PORT_2")}/";
        int Said(string text) => _real.Up.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal) && line.Contains(node, StringComparison.Ordinal));
        int Tries() => Said("[error]");
        int Leaves() => Said("temporarily disabled");
        var left = Leaves();
        Program.Kill(_real.Children()["app-node-2"]);
        var killedAt = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(1));
        // What nginx says takes its time to get here.
        await UntilAsync(() => Leaves() > left);
        var (tried, aloneAt) = (Tries(), Stopwatch.GetTimestamp());
        await _real.Up.SaysAsync("app-node-2 listens", times: listens + 1);
        var (triedAgain, backAt) = (Tries() - tried, Stopwatch.GetTimestamp());
        await enough.CancelAsync();
        await running;

        var meanwhile = load.Attempts.Where(a => a.EndedAt > killedAt && a.StartedAt < backAt).ToList();
        output.WriteLine($"{load.Taps.Count} taps, {meanwhile.Count} while the node was away, the slowest of these {meanwhile.Max(a => a.Took).TotalMilliseconds:0} ms");
        var alone = Stopwatch.GetElapsedTime(aloneAt, backAt).TotalSeconds;
        output.WriteLine($"nginx tried it {tried} times, and {triedAgain} times in the {alone:0.0} s from one second after its death until it was back");
        Assert.InRange(triedAgain, 0, alone + 1);
        Assert.All(load.Taps, tap => Assert.True(tap.Data is not null, $"{tap.Attempts[^1]} {tap.LastAnswer}"));
        Assert.NotEmpty(meanwhile);
    }

    [Fact]
    public async Task AKilledDatabaseIsAnswered503AtOnceAndServedFromAgainWhenItIsBack()
    {
        var people = await _real.AddPeopleAsync(400);
        await Task.WhenAll(people.Take(20).Select(p => p.TapAsync("/absensi/masuk")));

        Program.Kill(_real.Children()["database"]);
        var killedAt = Stopwatch.GetTimestamp();
        var back = BackAtAsync();
        var answers = new List<Attempt>();
        foreach (var person in people.Skip(20))
        {
            answers.Add(await new Tap(person, "/absensi/masuk").TryAsync(Program.Patience));
            if (answers[^1].Status == 200) break;
            await Task.Delay(40);
        }

        var refused = answers.Where(a => a.Status == 503).ToList();
        var (first, took) = (Stopwatch.GetElapsedTime(killedAt, answers[0].EndedAt), refused.Select(a => a.Took).OrderDescending().ToList());
        var (away, returned) = (Stopwatch.GetElapsedTime(killedAt, await back), Stopwatch.GetElapsedTime(await back, answers[^1].EndedAt));
        output.WriteLine($"{refused.Count} answers of 503: the first after {first.TotalMilliseconds:0} ms, the slowest took {took[0].TotalMilliseconds:0} ms");
        output.WriteLine($"database back after {away.TotalMilliseconds:0} ms, the first tap {returned.TotalMilliseconds:0} ms later");
        Assert.All(refused, a => Assert.True(a.SaysWhen));
        Assert.Equal((503, 200), (answers[0].Status, answers[^1].Status));
        Assert.DoesNotContain(answers, a => a.Status is not (200 or 503));
        Assert.InRange(first, TimeSpan.Zero, LongestRefusalOfOne);
        Assert.InRange(took[0], TimeSpan.Zero, LongestRefusalOfOne);
        Assert.All(took.Skip(1), one => Assert.InRange(one, TimeSpan.Zero, LongestRefusal));
        Assert.InRange(returned, TimeSpan.FromSeconds(-1), LongestReturn);
    }

    /// <summary>Waits until nginx has got over what other tests did to the nodes.</summary>
    private static async Task InTurnAsync(HttpClient http)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        for (var nodes = new Queue<string>(); nodes.Count < 30 || nodes.CountBy(n => n).Any(n => n.Value != 10);)
        {
            using var answer = await http.GetAsync("/health/live", patience.Token);
            nodes.Enqueue(answer.Headers.GetValues("X-Node-ID").Single());
            if (nodes.Count > 30) nodes.Dequeue();
        }
    }

    /// <summary>When the database answers again.</summary>
    private async Task<long> BackAtAsync()
    {
        while (true)
        {
            try
            {
                await _real.Database.FirstAsync<int>("SELECT 1", null, CancellationToken.None);
                return Stopwatch.GetTimestamp();
            }
            catch (Exception fault) when (_real.Database.Dialect.IsUnavailable(fault))
            {
                await Task.Delay(10);
            }
        }
    }

    private static string EndedWell(string name) => $"{name.PadRight("realtime-1".Length)} | ended (exit code 0) and is started again";

    private async Task UntilAsync(Func<bool> happened)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (!happened())
        {
            if (patience.IsCancellationRequested) throw new TimeoutException(_real.Up.Output);
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
