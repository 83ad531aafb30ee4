namespace Absensi.ClusterTests;

/// <summary>How the supervisor keeps and ends its children.</summary>
public sealed class UpTests
{
    [Fact]
    public async Task AKilledNodeIsStartedAgain()
    {
        await using var cluster = await Cluster.StartAsync(nodes: 2);
        var before = cluster.Nodes();

        Program.Kill(before["app-node-2"]);
        await cluster.Up.SaysAsync("app-node-2 listens", times: 2);

        Assert.Contains("Bandung | ended (exit code 137) and is started again", cluster.Up.Output);
        var after = cluster.Nodes();
        Assert.Equal(["app-node-1", "app-node-2"], after.Keys.Order());
        Assert.Equal(before["app-node-1"], after["app-node-1"]);
        Assert.NotEqual(before["app-node-2"], after["app-node-2"]);
    }

    [Theory]
    [InlineData(Program.SignalInterrupt)]
    [InlineData(Program.SignalTerm)]
    public async Task ASignalStopsAllAndLeavesNothingBehind(int signal)
    {
        // A shell that put us in the background has its children ignore SIGINT; this one must not.
        await using var cluster = await Cluster.StartAsync(nodes: 2, "env", "--default-signal=INT");
        var nodes = cluster.Nodes().Values.ToList();

        cluster.Up.Signal(signal);
        var exitCode = await cluster.Up.ExitAsync();

        Assert.Equal(0, exitCode);
        Assert.EndsWith("Stopped.", cluster.Up.Output);
        Assert.DoesNotContain("killed", cluster.Up.Output);
        Assert.Equal(2, nodes.Count);
        Assert.DoesNotContain(nodes, Program.IsAlive);
    }

    [Fact]
    public async Task NodesEndByThemselvesWhenTheSupervisorIsKilled()
    {
        await using var cluster = await Cluster.StartAsync(nodes: 2);
        var nodes = cluster.Nodes().Values.ToList();

        cluster.Up.Signal(Program.SignalKill);
        await cluster.Up.ExitAsync();

        Assert.Equal(2, nodes.Count);
        using var patience = new CancellationTokenSource(Program.Patience);
        while (nodes.Any(Program.IsAlive)) await Task.Delay(20, patience.Token);
    }

    [Fact]
    public async Task AFolderAndAPortServeOneSystemOnly()
    {
        await using var cluster = await Cluster.StartAsync(nodes: 1);
        var elsewhere = Directory.CreateTempSubdirectory("absensi-cluster-").FullName;

        var sameFolder = await Program.RunAsync(["up", "--port", $"{Cluster.FreePort()}", "--data", cluster.Folder]);
        var samePort = await Program.RunAsync(["up", "--port", $"{cluster.Port}", "--data", elsewhere]);

        Assert.Equal((1, $"absensi: another ./absensi up runs on {cluster.Folder}: stop it with Ctrl-C there, or choose another folder with --data"), sameFolder);
        Assert.Equal((1, $"absensi: port {cluster.Port} is taken: stop what uses it, or choose another with --port"), samePort);
        Assert.DoesNotContain("absensi.db", Directory.EnumerateFiles(elsewhere).Select(Path.GetFileName));
        Directory.Delete(elsewhere, recursive: true);
    }
}
