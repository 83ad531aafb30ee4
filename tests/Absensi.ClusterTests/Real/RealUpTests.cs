using System.Net;
using Absensi.ClusterTests.Feed;
using Absensi.Storage;
using Absensi.Testing;
using Xunit.Abstractions;

namespace Absensi.ClusterTests.Real;

/// <summary><c>up --real</c>: how it begins, heals and ends.</summary>
public sealed class RealUpTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ItServesFindsItsDatabaseHealsEveryChildAndStopsWithoutATrace()
    {
        await using var real = await RealUp.StartAsync();
        var person = (await real.AddPeopleAsync(1))[0];
        var admin = (await real.AddPeopleAsync(1, Roles.Admin))[0];

        var (entry, _) = await person.TapAsync("/absensi/masuk");
        await using (var hub = await HubClient.ConnectAsync(real.Address, admin.Token, real.Address.GetLeftPart(UriPartial.Authority)))
        {
            await hub.SubscribeAsync(0);
            await hub.UntilEventAsync(entry);
            Assert.Equal("realtime-1", hub.NodeId);
        }

        Assert.Equal(["app-node-1", "app-node-2", "app-node-3", "database", "nginx", "realtime-1", "redis"], real.Children().Keys.Order());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OwnersOnly(Path.Combine(real.Folder, "cluster.env")));
        var status = await real.RunAsync("status");
        Assert.Equal(0, status.ExitCode);
        foreach (var name in new[] { "Jakarta", "Bandung", "Surabaya", "Realtime" }) Assert.Matches($"  {name}  [a-z]+  online  position [0-9]+  lag [0-9]+", status.Output);
        Assert.Equal((0, "In order: 1 entry chained without a gap, 1 attendance exactly as the log says."), await real.RunAsync("verify"));

        foreach (var (name, process) in real.Children())
        {
            var started = RealUp.WithChildren(process);
            Program.Kill(process);
            await UntilAsync(() => real.Children().TryGetValue(name, out var again) && again != process, real);
            await UntilAsync(() => !started.Any(Program.IsAlive), real);
        }

        await UntilAsync(async () => (await AnswersAsync(real)).Distinct().Count() == 3, real);
        await person.TapAsync("/absensi/pulang");
        var processes = real.Processes();
        Assert.True(processes.Count >= 8, string.Join(' ', processes));

        real.Up.Signal(Program.SignalTerm);
        Assert.Equal(0, await real.Up.ExitAsync());
        Assert.EndsWith("Stopped.", real.Up.Output);
        Assert.DoesNotContain("is killed", real.Up.Output);
        Assert.DoesNotContain(processes, Program.IsAlive);
    }

    /// <summary>All in one instant, nginx's workers as well; then one soon after the other, in an order and with pauses that the printed seed makes.</summary>
    [Fact]
    public async Task AllChildrenKilledAtOnceAndInAnyOrderComeBackWithAllThatWasAnswered()
    {
        const int orders = 3;
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var real = await RealUp.StartAsync();
        var people = await real.AddPeopleAsync(2 + orders);
        var admin = (await real.AddPeopleAsync(1, Roles.Admin))[0];
        await AnsweredAsync(people[0], real);

        foreach (var process in real.Processes()) Program.Kill(process);
        await AnsweredAsync(people[1], real);
        for (var order = 0; order < orders; order++)
        {
            await UntilAsync(() => real.Children().Count == 7, real);
            var children = real.Children().ToArray();
            random.Shuffle(children);
            output.WriteLine(string.Join(", ", children.Select(c => c.Key)));
            foreach (var (_, process) in children)
            {
                Program.Kill(process);
                await Task.Delay(random.Next(300));
            }

            await AnsweredAsync(people[2 + order], real);
        }

        await using var hub = await real.ReconnectAsync(admin);
        await hub.SubscribeAsync(0);
        await hub.UntilEventAsync(people.Count);
        Assert.Equal(Enumerable.Range(1, people.Count).Select(n => (long)n), hub.EventIds);
        Assert.Equal((0, $"In order: {people.Count} entries chained without a gap, {people.Count} attendances exactly as the log says."), await real.RunAsync("verify"));
    }

    [Fact]
    public async Task NginxWorksWithoutTheRightsOfRootAndStillTakesUploadsThatDoNotFitInItsMemory()
    {
        await using var real = await RealUp.StartAsync();
        using var http = new HttpClient { BaseAddress = real.Address };

        using var answer = await http.PostAsync("/login", new ByteArrayContent(new byte[2_000_000]));

        Assert.True(answer.Headers.Contains("X-Node-ID"), $"nginx itself answered {(int)answer.StatusCode}: {real.Up.Output}");
        var workers = RealUp.WithChildren(real.Children()["nginx"]).Skip(1).ToList();
        Assert.NotEmpty(workers);
        Assert.All(workers, worker => Assert.DoesNotContain(File.ReadLines($"/proc/{worker}/status"), line => line.StartsWith("Uid:\t0\t", StringComparison.Ordinal)));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(real.Folder, "nginx")) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
    }

    [Fact]
    public async Task AfterTheSupervisorIsKilledASecondStartHasTheSamePortsAndAllThatWasAnswered()
    {
        await using var real = await RealUp.StartAsync();
        var person = (await real.AddPeopleAsync(1))[0];
        await person.TapAsync("/absensi/masuk");
        var (servers, processes) = (await File.ReadAllTextAsync(Path.Combine(real.Folder, "cluster.env")), real.Processes());

        real.Up.Signal(Program.SignalKill);
        await real.Up.ExitAsync();
        await real.StartAgainAsync();

        Assert.Equal(servers, await File.ReadAllTextAsync(Path.Combine(real.Folder, "cluster.env")));
        await UntilAsync(() => !processes.Any(Program.IsAlive), real);
        await person.TapAsync("/absensi/pulang");
        Assert.Equal((0, "In order: 2 entries chained without a gap, 1 attendance exactly as the log says."), await real.RunAsync("verify"));
        var other = await Program.RunAsync(["up", "--port", $"{Cluster.FreePort()}", "--data", real.Folder]);
        Assert.Equal((1, $"absensi: {real.Folder} belongs to ./absensi up --real: add --real, or choose another folder with --data"), other);
    }

    [Fact]
    public async Task MissingServersAreNamedWithTheirPackages()
    {
        var folder = Directory.CreateTempSubdirectory("absensi-real-").FullName;
        var dotnet = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(f => Path.Combine(f, "dotnet")).First(File.Exists);
        File.CreateSymbolicLink(Path.Combine(folder, "dotnet"), dotnet);

        var (exitCode, output) = await Program.RunAsync(["up", "--real", "--port", $"{Cluster.FreePort()}", "--data", folder], null, "env", $"PATH={folder}");

        Assert.Equal(1, exitCode);
        Assert.Matches("^absensi: up --real needs servers that are not installed here. Type: sudo apt-get install .*redis-server", Assert.Single(output.Split('\n')));
        Assert.Empty(Directory.EnumerateFiles(folder, "cluster.env"));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Taps until there is an answer, as the page does.</summary>
    private static async Task AnsweredAsync(Visitor person, RealUp real)
    {
        var tap = new Tap(person, "/absensi/masuk");
        await UntilAsync(async () => (await tap.TryAsync(TimeSpan.FromSeconds(15))).Status == 200, real);
    }

    private static UnixFileMode OwnersOnly(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static async Task<IReadOnlyList<string>> AnswersAsync(RealUp real)
    {
        using var http = new HttpClient { BaseAddress = real.Address };
        var nodes = new List<string>();
        try
        {
            for (var i = 0; i < 6; i++)
            {
                using var answer = await http.GetAsync("/health/ready");
                if (answer.StatusCode == HttpStatusCode.OK) nodes.AddRange(answer.Headers.GetValues("X-Node-ID"));
            }
        }
        catch (HttpRequestException)
        {
            // nginx is being started.
        }

        return nodes;
    }

    private static Task UntilAsync(Func<bool> happened, RealUp real) => UntilAsync(() => Task.FromResult(happened()), real);

    private static async Task UntilAsync(Func<Task<bool>> happened, RealUp real)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (!await happened())
        {
            if (patience.IsCancellationRequested) throw new TimeoutException(real.Up.Output);
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
