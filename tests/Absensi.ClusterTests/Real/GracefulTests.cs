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

/// <summary>What nginx and the nodes together make of restarts and deaths. What it took is printed.</summary>
public sealed class GracefulTests(RunningReal running, ITestOutputHelper output) : IClassFixture<RunningReal>
{
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
        var load = new Load(await _real.AddPeopleAsync(1200), perSecond: 100, retries: false);
        using var enough = new CancellationTokenSource();
        var running = load.RunAsync(enough.Token);

        foreach (var node in new[] { "app-node-1", "app-node-2", "app-node-3" })
        {
            var (before, taps) = (_real.Children()[node], load.Taps.Count);
            var listens = _real.Up.Count($"{node} listens");
            var asked = Stopwatch.StartNew();
            Program.Terminate(before);
            await UntilAsync(() => !Program.IsAlive(before));
            output.WriteLine($"{node} ended {asked.Elapsed.TotalSeconds:0.0} s after SIGTERM");
            await _real.Up.SaysAsync($"{node} listens", times: listens + 1);
            await UntilAsync(() => load.Attempts.Count(a => a.NodeId == node && a.Status == 200 && a.StartedAt > 0) > 0 && load.Taps.Count > taps + 50 || running.IsCompleted);
        }

        await enough.CancelAsync();
        await running;
        Assert.Equal(3, _real.Up.Count("ended (exit code 0) and is started again"));
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

        var asked = Stopwatch.StartNew();
        Program.Terminate(_real.Children()["realtime-1"]);
        await before.Closed.WaitAsync(Program.Patience);
        output.WriteLine($"the socket was closed {asked.ElapsedMilliseconds} ms after SIGTERM");
        Assert.True(before.WasToldToReconnect);
        var (last, _) = await people[1].TapAsync("/absensi/masuk");

        await using var after = await _real.ReconnectAsync(admin);
        await after.SubscribeAsync(before.LastEventId);
        await after.UntilEventAsync(last);
        Assert.Equal(Enumerable.Range(0, (int)(last - first) + 1).Select(i => first + i), before.EventIds.Concat(after.EventIds));
    }

    [Fact]
    public async Task AKilledNodeUnderLoadFailsNoRequest()
    {
        var load = new Load(await _real.AddPeopleAsync(1000), perSecond: 200, retries: false);
        using var enough = new CancellationTokenSource();
        var running = load.RunAsync(enough.Token);
        await UntilAsync(() => load.Attempts.Count(a => a.NodeId == "app-node-2" && a.Status == 200) > 50);
        var listens = _real.Up.Count("app-node-2 listens");

        Program.Kill(_real.Children()["app-node-2"]);
        var killedAt = Stopwatch.GetTimestamp();
        await _real.Up.SaysAsync("app-node-2 listens", times: listens + 1);
        var backAt = Stopwatch.GetTimestamp();
        await enough.CancelAsync();
        await running;

        var meanwhile = load.Attempts.Where(a => a.EndedAt > killedAt && a.StartedAt < backAt).ToList();
        output.WriteLine($"{load.Taps.Count} taps, {meanwhile.Count} while the node was away, the slowest of these {meanwhile.Max(a => a.Took).TotalMilliseconds:0} ms");
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
        var answers = new List<Attempt>();
        long? databaseAt = null;
        foreach (var person in people.Skip(20))
        {
            answers.Add(await new Tap(person, "/absensi/masuk").TryAsync(Program.Patience));
            databaseAt ??= await IsDatabaseBackAsync() ? Stopwatch.GetTimestamp() : null;
            if (answers[^1].Status == 200) break;
            await Task.Delay(10);
        }

        var refused = answers.Where(a => a.Status == 503).ToList();
        output.WriteLine($"{refused.Count} answers of 503: the first after {Stopwatch.GetElapsedTime(killedAt, answers[0].EndedAt).TotalMilliseconds:0} ms, the slowest {answers.Max(a => a.Took).TotalMilliseconds:0} ms");
        output.WriteLine($"database back after {Stopwatch.GetElapsedTime(killedAt, databaseAt ?? 0).TotalMilliseconds:0} ms, the first tap {Stopwatch.GetElapsedTime(databaseAt ?? 0, answers[^1].EndedAt).TotalMilliseconds:0} ms later");
        Assert.NotEmpty(refused);
        Assert.All(refused, a => Assert.True(a.SaysWhen));
        Assert.Equal(200, answers[^1].Status);
        Assert.DoesNotContain(answers, a => a.Status is not (200 or 503));
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

    private async Task<bool> IsDatabaseBackAsync()
    {
        try
        {
            await _real.Database.FirstAsync<int>("SELECT 1", null, CancellationToken.None);
            return true;
        }
        catch (Exception fault) when (_real.Database.Dialect.IsUnavailable(fault))
        {
            return false;
        }
    }

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
