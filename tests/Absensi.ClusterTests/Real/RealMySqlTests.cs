using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Absensi.Storage;
using MySqlConnector;

namespace Absensi.ClusterTests.Real;

/// <summary><c>up --real</c> on a MySQL that <c>DB_HOST</c> names: the one of <c>tests/mysql-server.sh</c>.</summary>
public sealed class RealMySqlTests
{
    private static readonly string? MySql = Environment.GetEnvironmentVariable("ABSENSI_TEST_MYSQL");

    [MySqlFact]
    public async Task WhatWasAnsweredOutlivesAKilledNodeAndAKilledServer()
    {
        var server = new MySqlConnectionStringBuilder(MySql!) { Database = $"absensi_up_{Environment.ProcessId}" };
        await using var real = await RealUp.StartAsync(new Dictionary<string, string>
        {
            ["DB_HOST"] = server.Server, ["DB_PORT"] = server.Port.ToString(CultureInfo.InvariantCulture), ["DB_DATABASE"] = server.Database,
            ["DB_USERNAME"] = server.UserID, ["DB_PASSWORD"] = server.Password,
        });
        Assert.Equal(["app-node-1", "app-node-2", "app-node-3", "nginx", "realtime-1", "redis"], real.Children().Keys.Order());
        var admin = (await real.AddPeopleAsync(1, Roles.Admin))[0];
        var load = new Load(await real.AddPeopleAsync(600), perSecond: 50, retries: true);
        using var enough = new CancellationTokenSource();
        var running = load.RunAsync(enough.Token);

        await AnsweredAsync(load, real, 50);
        Program.Kill(real.Children()["app-node-1"]);
        await AnsweredAsync(load, real, 100);
        await CrashAsync();
        await AnsweredAsync(load, real, 100);
        await enough.CancelAsync();
        await running;

        Assert.All(load.Taps, tap => Assert.True(tap.Data is not null, $"{tap.Attempts[^1]} {tap.LastAnswer}"));
        Assert.DoesNotContain(load.Attempts, a => a.Status is not (0 or 200 or 503));
        await using var hub = await real.ReconnectAsync(admin);
        await hub.SubscribeAsync(0);
        await hub.UntilEventAsync(load.Taps.Count);
        Assert.Equal(Enumerable.Range(1, load.Taps.Count).Select(n => (long)n), hub.EventIds);
        var verify = await real.RunAsync("verify");
        Assert.True(verify.ExitCode == 0, verify.Output);
        await real.Database.ExecuteAsync($"DROP DATABASE {server.Database}", null, CancellationToken.None);
    }

    /// <summary>Waits for so many more answers.</summary>
    private static async Task AnsweredAsync(Load load, RealUp real, int more)
    {
        var patience = Stopwatch.StartNew();
        for (var before = Answered(load); Answered(load) < before + more; await Task.Delay(20))
            if (patience.Elapsed > Program.Patience) throw new TimeoutException($"{Answered(load) - before} of {more} answers\n{string.Join('\n', load.Attempts.TakeLast(5))}\n{real.Up.Output}");
    }

    private static int Answered(Load load) => load.Attempts.Count(a => a.Status == 200);

    private static async Task CrashAsync([CallerFilePath] string here = "")
    {
        using var script = Process.Start(Path.Combine(Path.GetDirectoryName(here)!, "../../mysql-server.sh"), "crash");
        await script.WaitForExitAsync();
        Assert.Equal(0, script.ExitCode);
    }

    private sealed class MySqlFactAttribute : FactAttribute
    {
        public MySqlFactAttribute()
        {
            if (MySql is null) Skip = "needs ABSENSI_TEST_MYSQL, see tests/mysql-server.sh";
        }
    }
}
