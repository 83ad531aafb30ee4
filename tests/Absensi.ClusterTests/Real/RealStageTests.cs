using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Absensi.ClusterTests.Feed;
using Absensi.Storage;

namespace Absensi.ClusterTests.Real;

public sealed class StagedReal : IAsyncLifetime
{
    internal RealUp Real { get; private set; } = null!;
    internal Visitor Admin { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Real = await RealUp.StartAsync(null, "--stage");
        Admin = (await Real.AddPeopleAsync(1, Roles.Admin))[0];
    }

    public async Task DisposeAsync() => await Real.DisposeAsync();
}

/// <summary>Each kind of part, killed and frozen through the route of the page's buttons, which is nginx's door like the page itself.</summary>
public sealed class RealStageTests(StagedReal staged) : IClassFixture<StagedReal>
{
    private readonly RealUp _real = staged.Real;
    private readonly Visitor _admin = staged.Admin;

    [Theory]
    [InlineData("redis", "kill")]
    [InlineData("redis", "freeze")]
    [InlineData("realtime-1", "kill")]
    [InlineData("realtime-1", "freeze")]
    public async Task WithoutTheBellOrTheScreensServerTapsGoOnAndTheButtonBringsItBack(string target, string action)
    {
        var people = await _real.AddPeopleAsync(2);

        Assert.Equal(HttpStatusCode.OK, await ActAsync(target, action));
        await UntilAsync(async () => await StateAsync(target) == (action == "kill" ? "killed" : "frozen"));
        var meanwhile = await new Tap(people[0], "/absensi/masuk").TryAsync(Program.Patience);
        Assert.Equal(HttpStatusCode.OK, await ActAsync(target, "revive"));

        Assert.Equal(200, meanwhile.Status);
        await IsWholeAsync(target, people[1]);
    }

    [Theory]
    [InlineData("nginx", "kill", 0)]
    [InlineData("nginx", "freeze", 0)]
    [InlineData("database", "kill", 503)]
    [InlineData("database", "freeze", 503)]
    public async Task WithoutTheDoorOrTheDatabaseTapsWaitAndItComesBackByItself(string target, string action, int seen)
    {
        var people = await _real.AddPeopleAsync(2);
        var (tap, processes) = (new Tap(people[0], "/absensi/masuk"), RealUp.WithChildren(_real.Children()[target]));
        // Nothing is seen of a frozen door, for less than the 20 s of its absence. Whatever else fails is told: nginx may wait for two nodes before.
        var patience = TimeSpan.FromSeconds(seen == 0 ? 12 : 30);

        Assert.Equal(HttpStatusCode.OK, await ActAsync(target, action));
        await UntilAsync(() => Task.FromResult(!processes.Any(Program.IsMoving)));
        await UntilAsync(async () => (await tap.TryAsync(patience)).Status == 200);

        Assert.All(tap.Attempts.SkipLast(1), attempt => Assert.Equal((seen, seen == 503), (attempt.Status, attempt.SaysWhen)));
        Assert.NotEqual(200, tap.Attempts[0].Status);
        await IsWholeAsync(target, people[1]);
    }

    /// <summary>It runs, taps are taken and seen, and the log is in order.</summary>
    private async Task IsWholeAsync(string target, Visitor person)
    {
        await UntilAsync(async () => await StateAsync(target) == "running");
        var tap = new Tap(person, "/absensi/masuk");
        await UntilAsync(async () => (await tap.TryAsync(Program.Patience)).Status == 200);
        var id = tap.Data!.Value.GetProperty("event_id").GetInt64();
        await using var hub = await _real.ReconnectAsync(_admin);
        await hub.SubscribeAsync(0);
        await hub.UntilEventAsync(id);
        Assert.Equal(Enumerable.Range(1, (int)id).Select(n => (long)n), hub.EventIds);
        var verify = await _real.RunAsync("verify");
        Assert.True(verify.ExitCode == 0, verify.Output);
    }

    private async Task<HttpStatusCode> ActAsync(string target, string action)
    {
        using var answer = await _admin.PostAsync("/admin/klaster/panggung", JsonContent.Create(new { target, action }));
        return answer.StatusCode;
    }

    /// <summary>What the page is told of a process; null where it is told nothing.</summary>
    private async Task<string?> StateAsync(string target)
    {
        using var answer = await _admin.GetAsync("/api/klaster");
        if (answer.StatusCode != HttpStatusCode.OK) return null;
        var stage = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("stage");
        return stage.ValueKind == JsonValueKind.Null ? null : stage.EnumerateArray().Single(a => a.GetProperty("name").GetString() == target).GetProperty("state").GetString();
    }

    private async Task UntilAsync(Func<Task<bool>> happened)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (!await happened())
        {
            if (patience.IsCancellationRequested) throw new TimeoutException(_real.Up.Output);
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
