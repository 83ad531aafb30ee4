using System.Text.Json;
using Absensi.Storage;

namespace Absensi.ClusterTests;

public sealed class RunningCluster : IAsyncLifetime
{
    internal Cluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await Cluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

/// <summary>Three nodes in good health, as one.</summary>
public sealed class RunningTests(RunningCluster running) : IClassFixture<RunningCluster>
{
    private const int Many = 100;

    private readonly Cluster _cluster = running.Cluster;

    [Fact]
    public async Task EveryNodeServes()
    {
        using var browser = await Browser.OpenSignedOutAsync(_cluster);

        var served = new HashSet<string>();
        for (var asked = 0; asked < 500 && served.Count < 3; asked++) served.Add((await browser.GetAsync("/health/ready")).NodeId);

        Assert.Equal(["app-node-1", "app-node-2", "app-node-3"], served.Order());
    }

    [Fact]
    public async Task TheFirstAdminLogsInWithTheOneTimePassword()
    {
        var line = await _cluster.Up.SaysAsync("First admin");
        using var browser = await Browser.OpenSignedOutAsync(_cluster);

        var answer = await browser.LogInAsync("admin@absensi.local", line.Split("one-time password ")[1].Split(' ')[0]);

        Assert.Equal((200, "/admin/dashboard"), (answer.Status, JsonDocument.Parse(answer.Body).RootElement.GetProperty("redirect").GetString()));
    }

    [Fact]
    public async Task OfManyClockInsAtOnceOverAllNodesOneIsTaken()
    {
        var person = (await _cluster.AddPeopleAsync(1))[0];
        using var browser = await Browser.OpenAsync(_cluster, person);

        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => browser.TapAsync("/absensi/masuk")));

        Assert.Equal(1, answers.Count(a => a.Status == 200));
        Assert.Equal(["Anda sudah melakukan absensi masuk hari ini"], answers.Where(a => a.Status == 422).Select(a => a.Message).Distinct());
        Assert.Equal(Many - 1, answers.Count(a => a.Status == 422));
        Assert.Equal((1, 1), await CountAsync(person));
        Assert.True(answers.Select(a => a.NodeId).Distinct().Count() > 1);
    }

    [Fact]
    public async Task TheSameKeyManyTimesOverAllNodesGetsTheSameAnswer()
    {
        var person = (await _cluster.AddPeopleAsync(1))[0];
        using var browser = await Browser.OpenAsync(_cluster, person);
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => browser.TapAsync("/absensi/masuk", key)));

        Assert.All(answers, a => Assert.Equal((200, answers[0].Body), (a.Status, a.Body)));
        Assert.Equal((1, 1), await CountAsync(person));
        Assert.True(answers.Select(a => a.NodeId).Distinct().Count() > 1);
    }

    [Fact]
    public async Task ATapOnOneNodeAppearsOnTheHubOfAnother()
    {
        var admin = (await _cluster.AddPeopleAsync(1, Roles.Admin))[0];
        var person = (await _cluster.AddPeopleAsync(1))[0];
        using var browser = await Browser.OpenOnAsync(_cluster, person, "app-node-1");
        await using var follower = await _cluster.FollowAsync(admin, after: 0, notOn: "app-node-1");

        var tapped = await browser.TapAsync("/absensi/masuk");

        Assert.Equal((200, "app-node-1"), (tapped.Status, tapped.NodeId));
        await follower.UntilEventAsync(tapped.EventId);
        var seen = follower.Events.Single(e => e.Argument.GetProperty("event_id").GetInt64() == tapped.EventId);
        var data = seen.Argument.GetProperty("data");
        Assert.Equal(("AbsensiCreated", person.Id, "app-node-1"), (seen.Target, data.GetProperty("user_id").GetInt64(), data.GetProperty("node_id").GetString()));
    }

    [Fact]
    public async Task StatusNamesTheNodesAndVerifyFindsTheLogInOrderWhileTheyRun()
    {
        var person = (await _cluster.AddPeopleAsync(1))[0];
        using var browser = await Browser.OpenAsync(_cluster, person);
        var tapped = await browser.TapAsync("/absensi/masuk");
        var receipt = JsonDocument.Parse(tapped.Body).RootElement.GetProperty("data").GetProperty("receipt").GetString()!;

        // A node serves before its first heartbeat is written.
        string[] names = ["Jakarta", "Bandung", "Surabaya"];
        using var patience = new CancellationTokenSource(Program.Patience);
        var status = await Program.RunAsync(["status", "--data", _cluster.Folder]);
        for (; !names.All(name => status.Output.Contains($"  {name}  ", StringComparison.Ordinal)); status = await Program.RunAsync(["status", "--data", _cluster.Folder])) patience.Token.ThrowIfCancellationRequested();
        var verified = await Program.RunAsync(["verify", "--data", _cluster.Folder]);
        var found = await Program.RunAsync(["verify", "--receipt", receipt, "--data", _cluster.Folder]);
        var forged = await Program.RunAsync(["verify", "--receipt", $"{tapped.EventId}-{(receipt.EndsWith('0') ? "111111" : "000000")}", "--data", _cluster.Folder]);

        Assert.Equal(0, status.ExitCode);
        foreach (var name in names) Assert.Matches($"app-node-[123]  {name}  node  online  position [0-9]+  lag [0-9]+  queue 0", status.Output);
        Assert.Equal(0, verified.ExitCode);
        Assert.StartsWith("In order: ", verified.Output);
        Assert.Equal(0, found.ExitCode);
        Assert.Contains($"(user {person.Id}) clocked in", found.Output);
        Assert.Equal(1, forged.ExitCode);
    }

    private async Task<(long Rows, long Entries)> CountAsync(Person person) => await _cluster.Database.FirstAsync<(long, long)>(
        "SELECT (SELECT COUNT(*) FROM attendances WHERE user_id = @Id), (SELECT COUNT(*) FROM attendance_logs WHERE user_id = @Id)", new { person.Id }, CancellationToken.None);
}
