using Absensi.ClusterTests.Real;

namespace Absensi.ClusterTests.Chaos;

/// <summary>Something that happens to a running cluster.</summary>
/// <param name="Happen">Returns when the cause is over; what it did may take longer to heal.</param>
internal sealed record Fault(string Name, Func<ChaosCluster, Random, Task> Happen)
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(3);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("a node killed", (c, random) => Done(() => Program.Kill(c.Doom(Node(random))))),
        new("the realtime server killed", (c, _) => Done(() => Program.Kill(c.Doom("realtime-1")))),
        new("nginx killed", (c, _) => Done(() => Program.Kill(c.Doom("nginx")))),
        new("nginx frozen for 3 s", (c, _) => FrozenAsync(RealUp.WithChildren(Child(c, "nginx")))),
        new("a node told to stop, and started again", (c, random) => Done(() => Program.Terminate(c.Doom(Node(random))))),
        new("a node frozen for 3 s", (c, random) => FrozenAsync([Child(c, Node(random))])),
        new("the realtime server frozen for 3 s", (c, _) => FrozenAsync([Child(c, "realtime-1")])),
        new("the database killed, started again at once", async (c, _) =>
        {
            await c.Database.KillAsync();
            await c.Database.StartAsync();
        }),
        new("the database frozen for 3 s", async (c, _) =>
        {
            c.Database.Freeze();
            await Task.Delay(While);
            c.Database.Thaw();
        }),
        new("Redis killed, started again after 3 s", async (c, _) =>
        {
            await c.Redis.KillAsync();
            await Task.Delay(While);
            await c.Redis.StartAsync();
        }),
        new("every process of all of these killed at once", async (c, _) =>
        {
            var processes = c.Real.Processes();
            foreach (var child in ChaosCluster.Children) c.Doom(child);
            foreach (var process in processes) Program.Kill(process);
            await Task.WhenAll(c.Database.KillAsync(), c.Redis.KillAsync());
            await Task.WhenAll(c.Database.StartAsync(), c.Redis.StartAsync());
        }),
        new("a node cut off from the database for 3 s", (c, random) => CutAsync(c.DatabaseWire, Child(c, Node(random)))),
        new("a node cut off from Redis for 3 s", (c, random) => CutAsync(c.RedisWire, Child(c, Node(random)))),
    ];

    private static string Node(Random random) => $"app-node-{random.Next(1, 4)}";

    private static int Child(ChaosCluster cluster, string name) => cluster.Real.Children()[name];

    private static Task Done(Action happen)
    {
        happen();
        return Task.CompletedTask;
    }

    private static async Task FrozenAsync(IReadOnlyList<int> processes)
    {
        foreach (var process in processes) Program.Freeze(process);
        await Task.Delay(While);
        foreach (var process in processes) Program.Thaw(process);
    }

    private static async Task CutAsync(Wire wire, int process)
    {
        wire.Cut(process);
        await Task.Delay(While);
        wire.Mend();
    }
}
