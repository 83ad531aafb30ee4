using Microsoft.AspNetCore.DataProtection;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Absensi.Commands;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Testing;
using Absensi.Tests;
using Absensi.Tests.Storage;
using MySqlConnector;
using Xunit.Abstractions;

namespace Absensi.ClusterTests.MySql;

/// <summary>Three real nodes on a real MariaDB that dies or hangs.</summary>
public sealed class ServerFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int People = 240;

    private readonly List<NodeProcess> _nodes = [];
    private readonly List<(long Id, string Token)> _people = [];
    private MariaDbServer _server = null!;
    private StorageNode _direct = null!;

    public async Task InitializeAsync()
    {
        _server = await MariaDbServer.CreateAsync();
        var words = new MySqlConnectionStringBuilder(await _server.CreateDatabaseAsync());
        (string, string)[] environment =
        [
            ("DB_HOST", "127.0.0.1"), ("DB_PORT", _server.Port.ToString(CultureInfo.InvariantCulture)), ("DB_USERNAME", words.UserID),
            ("DB_PASSWORD", words.Password), ("DB_DATABASE", words.Database),
        ];
        _direct = await StorageNode.StartAsync(environment);
        await MigrateCommand.MigrateAsync(_direct.Database, CancellationToken.None);
        using var sessions = new Sessions(_direct.Database, _direct.Settings);
        for (var i = 0; i < People; i++)
        {
            var person = await _direct.AddPersonAsync($"Orang {i}");
            _people.Add((person, await sessions.StartAsync(person, null, null, CancellationToken.None)));
        }

        _nodes.AddRange(await Task.WhenAll(Enumerable.Range(1, 3).Select(i => NodeProcess.StartAsync(environment, $"app-node-{i}"))));
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await _direct.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task AServerKilledUnderLoadLosesNoAcknowledgedTapAndTheNodesGoOnByThemselves()
    {
        var acknowledged = new ConcurrentDictionary<string, (long EventId, string Receipt)>();
        var refusals = 0;
        var load = Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; i < People; i += 12)
            {
                using var client = await _nodes[i % 3].SignedInAsync(_people[i].Token);
                foreach (var path in new[] { "/absensi/masuk", "/absensi/pulang" })
                {
                    var key = Guid.NewGuid().ToString();
                    var answer = await UntilAsync(() => client.TapAsync(path, key), a => a.Status == 503 ? Interlocked.Increment(ref refusals) < 0 : true);
                    Assert.True(answer.Status == 200, answer.ToString());
                    acknowledged[key] = (answer.EventId, answer.Json.GetProperty("data").GetProperty("receipt").GetString()!);
                }
            }
        })));

        foreach (var kills in new[] { 40, 160, 300 })
        {
            while (acknowledged.Count < kills && !load.IsCompleted) await Task.Delay(2);
            await _server.KillAsync();
            await _server.StartAsync();
            var back = Stopwatch.StartNew();
            foreach (var node in _nodes) await node.UntilReadyAsync(TimeSpan.FromSeconds(10));
            output.WriteLine($"after {acknowledged.Count} taps: ready again {back.ElapsedMilliseconds} ms after the server");
        }

        await load;
        output.WriteLine($"{refusals} answers of 503");
        var entries = (await _direct.CheckLogAsync()).ToDictionary(e => e.RequestId!);
        Assert.Equal(2 * People, entries.Count);
        await UntilAsync(() => new Nodes(_direct.Database).AllAsync(CancellationToken.None), nodes => nodes.All(n => n.LastEventId == entries.Count));
        Assert.All(acknowledged, a => Assert.Equal(a.Value, (entries[a.Key].Id, entries[a.Key].Receipt)));
    }

    [Fact]
    public async Task AServerThatHangsIsAnswered503InTimeAndForgottenWhenItGoesOn()
    {
        var clients = await Task.WhenAll(_people.Select((p, i) => _nodes[i % 3].SignedInAsync(p.Token)));
        await clients[0].TapAsync("/absensi/masuk");
        var keys = clients.Select(_ => Guid.NewGuid().ToString()).ToList();
        var before = _nodes.Select(n => n.Size()).ToList();

        _server.Freeze();
        var watch = Stopwatch.StartNew();
        var taps = clients.Skip(1).Select((c, i) => TimedAsync(c, keys[i + 1])).ToList();
        foreach (var node in _nodes) Assert.False(await node.IsReadyAsync());
        output.WriteLine($"three times not ready in {watch.ElapsedMilliseconds} ms");
        var answers = await Task.WhenAll(taps);
        var during = _nodes.Select(n => n.Size()).ToList();
        _server.Thaw();
        var thawed = Stopwatch.StartNew();
        foreach (var node in _nodes) await node.UntilReadyAsync(TimeSpan.FromSeconds(10));
        output.WriteLine($"ready {thawed.ElapsedMilliseconds} ms after the server goes on");

        output.WriteLine($"answers after {answers.Min(a => a.After)} to {answers.Max(a => a.After)}; before {string.Join(" ", before)}; during {string.Join(" ", during)}");
        Assert.All(answers, a => Assert.Equal(503, a.Answer.Status));
        Assert.All(answers, a => Assert.InRange(a.After, TimeSpan.Zero, TimeSpan.FromSeconds(15)));
        foreach (var (b, d) in before.Zip(during))
        {
            Assert.InRange(d.Threads, 1, b.Threads + 20);
            Assert.InRange(d.Memory, 1, b.Memory + 100_000);
        }

        foreach (var (client, key) in clients.Zip(keys).Skip(1))
            Assert.Equal(200, (await UntilAsync(() => client.TapAsync("/absensi/masuk", key), a => a.Status != 503)).Status);
        Assert.Equal(People, (await _direct.CheckLogAsync()).Count);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task TapsThatQueueWhileTheServerHangsAreAnsweredInTimeToo()
    {
        var taps = Enumerable.Range(0, 3 * AttendanceWriter.BatchLimit).Select(i => (_people[i % People].Id, Key: Guid.NewGuid().ToString())).ToList();
        await _direct.ClockAsync(_people[0].Id);

        _server.Freeze();
        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(taps.Select(t => Record.ExceptionAsync(() => _direct.ClockAsync(t.Id, requestId: t.Key))));
        var after = watch.Elapsed;
        _server.Thaw();

        output.WriteLine($"all answered after {after}");
        Assert.All(answers, a => Assert.IsType<StorageUnavailableException>(a));
        Assert.InRange(after, TimeSpan.Zero, AttendanceWriter.Patience + TimeSpan.FromSeconds(5));
        foreach (var (id, key) in taps.Take(People)) await UntilAsync(() => Record.ExceptionAsync(() => _direct.ClockAsync(id, requestId: key)), fault => fault is null);
        Assert.Equal(People, (await _direct.CheckLogAsync()).Count);
    }

    private static async Task<(Absensi.Tests.Answer Answer, TimeSpan After)> TimedAsync(TestClient client, string key)
    {
        var watch = Stopwatch.StartNew();
        return (await client.TapAsync("/absensi/masuk", key), watch.Elapsed);
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isEnough)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var answer = await ask();
            if (isEnough(answer)) return answer;
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "a minute without the answer");
            await Task.Delay(20);
        }
    }
}
