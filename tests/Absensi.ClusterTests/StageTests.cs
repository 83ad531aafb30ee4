using System.Text.Json;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.ClusterTests;

/// <summary>What an audience may do to processes, through the page's own routes, and what comes of it.</summary>
public sealed class StageTests
{
    private const string Stage = "/admin/klaster/panggung", Page = "/api/klaster";

    [Fact]
    public async Task WithoutTheFlagThereIsNoStage()
    {
        await using var cluster = await Cluster.StartAsync(nodes: 1);
        using var admin = await AdminAsync(cluster);

        var refused = await admin.PostAsync(Stage, new { target = "Jakarta", action = "kill" });

        Assert.Equal(404, refused.Status);
        Assert.Equal(JsonValueKind.Null, (await WhenAsync(admin, _ => true)).GetProperty("stage").ValueKind);
        Assert.DoesNotContain(Directory.EnumerateFiles(cluster.Folder), f => f.EndsWith(".sock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AKilledNodeIsMissedComesBackByItselfAndNothingIsLost()
    {
        await using var cluster = await Cluster.StartStagedAsync();
        var someone = (await cluster.AddPeopleAsync(1, Roles.Admin))[0];
        using var admin = await Browser.OpenOnAsync(cluster, someone, "app-node-1");
        await using var follower = await cluster.FollowAsync(someone, after: 0, notOn: "app-node-2");
        var before = cluster.Nodes()["app-node-2"];
        using var goHome = new CancellationTokenSource();
        var tapping = TapAsync(cluster, goHome.Token);

        var killed = await admin.PostAsync(Stage, new { target = "Bandung", action = "kill" });
        await UntilAsync(admin, view => Actor(view, "Bandung") is ("killed", > 0));
        await UntilAsync(admin, view => IsOnline(view, "app-node-2") is false);
        Assert.False(Program.IsAlive(before));
        await UntilAsync(admin, view => Actor(view, "Bandung") is ("running", null) && IsOnline(view, "app-node-2") is true);
        await goHome.CancelAsync();
        var answered = await tapping;

        Assert.Equal((200, "Bandung dimatikan"), (killed.Status, killed.Message));
        Assert.NotEqual(before, cluster.Nodes()["app-node-2"]);
        Assert.True(answered.Count > 10);
        await follower.UntilEventAsync(answered.Max());
        Assert.Equal(Enumerable.Range(1, (int)answered.Max()).Select(i => (long)i), follower.EventIds);
        Assert.Equal(answered.Order(), answered.Distinct().Order());
        Assert.Equal(["Bandung: dimatikan"], await AuditAsync(cluster));
    }

    [Fact]
    public async Task AFrozenNodeIsRevivedByTheButton()
    {
        await using var cluster = await Cluster.StartStagedAsync(nodes: 2);
        using var admin = await Browser.OpenOnAsync(cluster, (await cluster.AddPeopleAsync(1, Roles.Admin))[0], "app-node-1");
        var node = cluster.Nodes()["app-node-2"];

        await admin.PostAsync(Stage, new { target = "Bandung", action = "freeze" });
        await UntilAsync(admin, view => Actor(view, "Bandung").State == "frozen" && SeenAgo(view, "app-node-2") >= 3);
        var stopped = Program.State(node);
        var revived = await admin.PostAsync(Stage, new { target = "Bandung", action = "revive" });
        await UntilAsync(admin, view => Actor(view, "Bandung") is ("running", null) && SeenAgo(view, "app-node-2") < 2);

        Assert.Equal((200, "Bandung dihidupkan"), (revived.Status, revived.Message));
        Assert.Equal('T', stopped);
        Assert.NotEqual('T', Program.State(node));
        Assert.Equal(node, cluster.Nodes()["app-node-2"]);
        Assert.Equal(["Bandung: dibekukan", "Bandung: dihidupkan"], await AuditAsync(cluster));
    }

    /// <summary>Whoever is frozen in the middle of a write has it; here it is this process, unless it is the node.</summary>
    [Fact]
    public async Task AFrozenNodeIsRevivedWhileTheDatabasesLockIsHeld()
    {
        await using var cluster = await Cluster.StartStagedAsync(nodes: 2);
        using var admin = await Browser.OpenOnAsync(cluster, (await cluster.AddPeopleAsync(1, Roles.Admin))[0], "app-node-1");
        var (node, held, enough) = (cluster.Nodes()["app-node-2"], new TaskCompletionSource(), new TaskCompletionSource());

        await admin.PostAsync(Stage, new { target = "Bandung", action = "freeze" });
        await UntilAsync(admin, view => Actor(view, "Bandung").State == "frozen");
        var holding = Record.ExceptionAsync(() => cluster.Database.WriteAsync(async (_, _) =>
        {
            held.SetResult();
            await enough.Task;
            return 0;
        }, CancellationToken.None));
        await Task.WhenAny(held.Task, holding);
        var reviving = admin.PostAsync(Stage, new { target = "Bandung", action = "revive" });
        while (!Program.IsMoving(node) && !reviving.IsCompleted) await Task.Delay(50);
        enough.SetResult();
        await holding;

        Assert.Equal(200, (await reviving).Status);
        Assert.Equal(["Bandung: dibekukan", "Bandung: dihidupkan"], await AuditAsync(cluster));
    }

    [Fact]
    public async Task WhatIsAskedForAgainWithItsKeyIsDoneOnce()
    {
        await using var cluster = await Cluster.StartStagedAsync(nodes: 2);
        using var admin = await Browser.OpenOnAsync(cluster, (await cluster.AddPeopleAsync(1, Roles.Admin))[0], "app-node-1");
        var key = Guid.NewGuid().ToString();

        await admin.PostAsync(Stage, new { target = "Bandung", action = "freeze" }, key);
        await UntilAsync(admin, view => Actor(view, "Bandung").State == "frozen");
        var revived = await admin.PostAsync(Stage, new { target = "Bandung", action = "revive" });
        await UntilAsync(admin, view => Actor(view, "Bandung").State == "running");
        var again = await admin.PostAsync(Stage, new { target = "Bandung", action = "freeze" }, key);
        // Asked for later, so done later than whatever came of that.
        await admin.PostAsync(Stage, new { target = "Bandung", action = "kill" });
        await cluster.Up.SaysAsync("Bandung | killed from the stage");

        Assert.Equal((200, 200), (revived.Status, again.Status));
        Assert.Equal(1, cluster.Up.Count("Bandung | frozen from the stage"));
        Assert.Equal(["Bandung: dibekukan", "Bandung: dihidupkan", "Bandung: dimatikan"], await AuditAsync(cluster));
    }

    [Fact]
    public async Task ThePagesOwnNodeAnswersBeforeItDiesAndAnotherGoesOn()
    {
        await using var cluster = await Cluster.StartStagedAsync(nodes: 2);
        var someone = (await cluster.AddPeopleAsync(1, Roles.Admin))[0];
        using var there = await Browser.OpenOnAsync(cluster, someone, "app-node-2");

        var answer = await there.PostAsync(Stage, new { target = "Bandung", action = "kill" });
        await cluster.Up.SaysAsync("Bandung | killed from the stage");
        using var elsewhere = await UntilServedAsync(() => Browser.OpenOnAsync(cluster, someone, "app-node-1"));

        Assert.Equal(200, (await elsewhere.GetAsync(Page)).Status);
        Assert.Equal((200, "app-node-2"), (answer.Status, answer.NodeId));
    }

    [Fact]
    public async Task TheStageIsForAdminsAndKnowsItsWords()
    {
        await using var cluster = await Cluster.StartStagedAsync(nodes: 1);
        using var admin = await AdminAsync(cluster);
        using var employee = await Browser.OpenAsync(cluster, (await cluster.AddPeopleAsync(1))[0]);
        using var nobody = await Browser.OpenSignedOutAsync(cluster);
        var kill = new { target = "Jakarta", action = "kill" };

        Assert.Equal(403, (await employee.PostAsync(Stage, kill)).Status);
        Assert.Equal(401, (await nobody.PostAsync(Stage, kill)).Status);
        foreach (var wrong in (object[])[new { target = "Jakarta", action = "dance" }, new { target = "Bandung", action = "kill" }, new { }])
            Assert.Equal(400, (await admin.PostAsync(Stage, wrong)).Status);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path.Combine(cluster.Folder, "stage.sock")));
        Assert.Equal("running", Actor(await LookAsync(admin), "Jakarta").State);
        Assert.Empty(await AuditAsync(cluster));
    }

    [Fact]
    public async Task AFrozenNodeDoesNotHoldUpTheEnd()
    {
        await using var cluster = await Cluster.StartStagedAsync(nodes: 2);
        using var admin = await Browser.OpenOnAsync(cluster, (await cluster.AddPeopleAsync(1, Roles.Admin))[0], "app-node-1");
        var nodes = cluster.Nodes().Values.ToList();
        await admin.PostAsync(Stage, new { target = "Bandung", action = "freeze" });
        await cluster.Up.SaysAsync("Bandung | frozen from the stage");

        cluster.Up.Signal(Program.SignalTerm);

        Assert.Equal(0, await cluster.Up.ExitAsync());
        Assert.DoesNotContain("did not end", cluster.Up.Output);
        Assert.DoesNotContain(nodes, Program.IsAlive);
        Assert.DoesNotContain("stage.sock", Directory.EnumerateFiles(cluster.Folder).Select(Path.GetFileName));
    }

    private static async Task<Browser> AdminAsync(Cluster cluster) => await Browser.OpenAsync(cluster, (await cluster.AddPeopleAsync(1, Roles.Admin))[0]);

    /// <summary>People come, one after the other, each until answered.</summary>
    /// <returns>The numbers of their entries, as they were told.</returns>
    private static async Task<IReadOnlyList<long>> TapAsync(Cluster cluster, CancellationToken goHome)
    {
        var answered = new List<long>();
        while (!goHome.IsCancellationRequested)
        {
            foreach (var person in await cluster.AddPeopleAsync(10))
            {
                using var browser = await UntilServedAsync(() => Browser.OpenAsync(cluster, person));
                answered.Add((await browser.TapUntilAnsweredAsync("/absensi/masuk", Guid.NewGuid().ToString())).EventId);
            }
        }

        return answered;
    }

    private static async Task<Browser> UntilServedAsync(Func<Task<Browser>> open)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (true)
        {
            try
            {
                return await open();
            }
            catch (Exception fault) when (fault is HttpRequestException or InvalidOperationException)
            {
                // The node died with the request in hand, or is too busy for a page.
                await Task.Delay(50, patience.Token);
            }
        }
    }

    /// <summary>What the page shows, as soon as it shows something of which that holds.</summary>
    private static async Task<JsonElement> WhenAsync(Browser admin, Func<JsonElement, bool> holds)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (true)
        {
            if (await admin.GetAsync(Page) is { Status: 200 } answer && JsonDocument.Parse(answer.Body).RootElement is var view && holds(view)) return view;
            await Task.Delay(100, patience.Token);
        }
    }

    private static Task<JsonElement> LookAsync(Browser admin) => UntilAsync(admin, _ => true);

    // Without a stage for once: the supervisor took its time to answer.
    private static Task<JsonElement> UntilAsync(Browser admin, Func<JsonElement, bool> holds) =>
        WhenAsync(admin, view => view.GetProperty("stage").ValueKind == JsonValueKind.Array && holds(view));

    private static (string? State, int? ReturnsIn) Actor(JsonElement view, string name)
    {
        var actor = view.GetProperty("stage").EnumerateArray().Single(a => a.GetProperty("name").GetString() == name);
        return (actor.GetProperty("state").GetString(), actor.GetProperty("returns_in") is { ValueKind: JsonValueKind.Number } left ? left.GetInt32() : null);
    }

    // Null before its first heartbeat.
    private static JsonElement? Member(JsonElement view, string nodeId) => view.GetProperty("members").EnumerateArray().Cast<JsonElement?>().SingleOrDefault(m => m!.Value.GetProperty("node_id").GetString() == nodeId);
    private static bool? IsOnline(JsonElement view, string nodeId) => Member(view, nodeId)?.GetProperty("online").GetBoolean();
    private static int? SeenAgo(JsonElement view, string nodeId) => Member(view, nodeId)?.GetProperty("seen_ago").GetInt32();

    private static Task<IReadOnlyList<string>> AuditAsync(Cluster cluster) =>
        cluster.Database.QueryAsync<string>("SELECT subject FROM audit_logs WHERE action = @action ORDER BY id", new { action = AuditActions.Staged }, CancellationToken.None);
}
