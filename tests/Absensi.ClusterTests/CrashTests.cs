using System.Collections.Concurrent;
using Absensi.Storage;

namespace Absensi.ClusterTests;

/// <summary>What the system owes its people when processes die.</summary>
public sealed class CrashTests
{
    private const int People = 1000, AtOnce = 60;

    [Fact]
    public async Task WhatWasAcknowledgedSurvivesKilledNodesExactlyOnceAndInOrder()
    {
        await using var cluster = await Cluster.StartAsync();
        var admin = (await cluster.AddPeopleAsync(1, Roles.Admin))[0];
        var people = await cluster.AddPeopleAsync(People);
        await using var follower = await cluster.FollowAsync(admin, after: 0, notOn: "app-node-1");
        var acknowledged = new ConcurrentDictionary<string, Answer>();
        using var first = new SemaphoreSlim(0);
        var deaths = new[] { People / 4, People };

        // The node that must not serve the follower dies twice in the middle of it, with requests in hand.
        var killing = Task.Run(async () =>
        {
            foreach (var (death, at) in deaths.Index())
            {
                while (acknowledged.Count < at) await first.WaitAsync();
                await cluster.Up.SaysAsync("app-node-1 listens", times: 1 + death);
                Program.Kill(cluster.Nodes()["app-node-1"]);
            }
        });
        await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (person, _) =>
        {
            using var browser = await UntilServedAsync(() => Browser.OpenAsync(cluster, person));
            foreach (var path in new[] { "/absensi/masuk", "/absensi/pulang" })
            {
                var key = Guid.NewGuid().ToString();
                acknowledged[key] = await browser.TapUntilAnsweredAsync(path, key);
                first.Release();
            }
        });
        await killing;

        Assert.All(acknowledged.Values, a => Assert.Equal(200, a.Status));
        var written = await cluster.Database.QueryAsync<(string Key, long Id)>("SELECT request_id, id FROM attendance_logs", null, CancellationToken.None);
        Assert.Equal(acknowledged.Select(a => (a.Key, a.Value.EventId)).Order(), written.Order());
        Assert.Equal(People, await cluster.Database.FirstAsync<long>("SELECT COUNT(*) FROM attendances WHERE jam_masuk IS NOT NULL AND jam_pulang IS NOT NULL", null, CancellationToken.None));
        await follower.UntilEventAsync(2 * People);
        Assert.Equal(Enumerable.Range(1, 2 * People).Select(i => (long)i), follower.EventIds);
        await cluster.Up.SaysAsync("app-node-1 listens", times: 1 + deaths.Length);
        var verified = await Program.RunAsync(["verify", "--data", cluster.Folder]);
        Assert.Equal((0, $"In order: {2 * People:N0} entries chained without a gap, {People:N0} attendances exactly as the log says."), verified);
    }

    private static async Task<T> UntilServedAsync<T>(Func<Task<T>> ask)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }
}
