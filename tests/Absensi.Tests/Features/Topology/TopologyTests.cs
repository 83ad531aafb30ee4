using System.Diagnostics;
using System.Text.Json;
using Absensi.Cluster;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features.Topology;

/// <summary>What the cluster page is told, and that its times are right.</summary>
public sealed class TopologyTests : IAsyncLifetime
{
    private static readonly string[] Steps = ["received", "committed", "read"];

    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task TheWayOfATapIsToldInTheOrderItHappened()
    {
        using var admin = await _app.NewAdminAsync();
        var people = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _app.NewEmployeeAsync()));

        var before = Microseconds(await _app.Database.UtcNowAsync(CancellationToken.None));
        var tapped = new List<long>();
        foreach (var person in people)
        {
            tapped.Add((await person.TapAsync("/absensi/masuk")).EventId);
            await Task.Delay(100);
        }

        var (hops, error) = await HopsAsync(admin, tapped);
        var after = Microseconds(await _app.Database.UtcNowAsync(CancellationToken.None));

        // The database tells whole milliseconds, rounded down: the outer two are that much too early.
        Assert.All(hops, hop =>
        {
            long[] times = [before - error, Time(hop, "received"), Time(hop, "committed"), Time(hop, "read"), after + 1000 + error];
            Assert.Equal(times.Order(), times);
        });
        // One may be found by the timer just before its ring; not each of them.
        Assert.Contains(hops, hop => hop.GetProperty("rung").GetBoolean());
        Array.ForEach(people, p => p.Dispose());
    }

    [Fact]
    public async Task ARepeatedRequestIsNoNewTap()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync();
        var key = Guid.NewGuid().ToString();
        var tapped = (await employee.TapAsync("/absensi/masuk", key)).EventId;
        var (first, error) = await HopsAsync(admin, [tapped]);

        await employee.TapAsync("/absensi/masuk", key);
        var told = await UntilToldAnewAsync(admin);

        var again = Hops(told).Single(h => h.GetProperty("id").GetInt64() == tapped);
        var apart = error + ErrorOf(told);
        Assert.InRange(Time(again, "committed") - Time(first.Single(), "committed"), -apart, apart);
    }

    [Fact]
    public async Task ANodeTellsItsRequestsAndItsPlaceInTheLog()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync();
        await HopsAsync(admin, [(await employee.TapAsync("/absensi/masuk")).EventId]);
        var before = await UntilToldAnewAsync(admin);

        for (var i = 0; i < 20; i++) await employee.GetAsync("/health/live");
        var after = await UntilToldAnewAsync(admin);

        var node = after.GetProperty("members")[0];
        Assert.Equal(("app-node-1", "node", 1, 0), (node.GetProperty("node_id").GetString(), node.GetProperty("role").GetString(), node.GetProperty("last_event_id").GetInt32(), node.GetProperty("queue").GetInt32()));
        Assert.True(Requests(after) >= Requests(before) + 20);
        Assert.Equal((1, "Sqlite", false, false), (after.GetProperty("head").GetInt32(), after.GetProperty("database").GetString(), after.GetProperty("uses_redis").GetBoolean(), after.GetProperty("has_realtime").GetBoolean()));
    }

    [Fact]
    public async Task TheDatabasesClockIsKnownWithinItsOwnError()
    {
        var clock = new DatabaseClock(_app.Database);
        Assert.Null(clock.At(Stopwatch.GetTimestamp()));
        for (var i = 0; i < 20; i++) await clock.AskAsync(CancellationToken.None);

        var early = clock.At(Stopwatch.GetTimestamp())!.Value - clock.Error!.Value;
        var told = Microseconds(await _app.Database.UtcNowAsync(CancellationToken.None));
        var late = clock.At(Stopwatch.GetTimestamp())!.Value + clock.Error!.Value;

        Assert.InRange(told, early - 1000, late);
    }

    [Fact]
    public async Task OfARushProcessesTellOfTheSameEvents()
    {
        var clock = new DatabaseClock(_app.Database);
        await clock.AskAsync(CancellationToken.None);
        var (writes, reads) = (new Trail(), new Trail());
        for (var id = 1; id <= 3000; id++)
        {
            if (id % 3 == 0) writes.Recorded(new TapTimes(id, Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp()));
            reads.Read([id], wasRung: true);
        }

        var (written, read) = (writes.Latest(clock).Select(h => h.Id).ToList(), reads.Latest(clock).Select(h => h.Id).ToList());

        Assert.InRange(written.Count, Trail.MostTold / 2, Trail.MostTold);
        Assert.InRange(read.Count, Trail.MostTold / 2, Trail.MostTold);
        Assert.NotEmpty(written.Intersect(read));
    }

    private static async Task<JsonElement> ViewAsync(TestClient admin) => (await admin.GetAsync("/api/klaster")).Json;

    /// <summary>A view with a heartbeat in it that came after the call.</summary>
    private static async Task<JsonElement> UntilToldAnewAsync(TestClient admin)
    {
        var since = (await ViewAsync(admin)).GetProperty("now").GetInt64();
        return await UntilAsync(admin, view => view.GetProperty("members")[0].GetProperty("report") is { ValueKind: JsonValueKind.Object } r && r.GetProperty("at").GetInt64() > since);
    }

    /// <summary>What one report tells of all these events, and how far off its clock may be, in microseconds.</summary>
    private static async Task<(IReadOnlyList<JsonElement> Hops, long Error)> HopsAsync(TestClient admin, IReadOnlyList<long> eventIds)
    {
        var view = await UntilAsync(admin, view => Of(view).Count(h => Steps.All(step => h.GetProperty(step).ValueKind == JsonValueKind.Number)) == eventIds.Count);
        return (Of(view).ToList(), ErrorOf(view));

        IEnumerable<JsonElement> Of(JsonElement view) => Hops(view).Where(h => eventIds.Contains(h.GetProperty("id").GetInt64()));
    }

    private static async Task<JsonElement> UntilAsync(TestClient admin, Func<JsonElement, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var view = await ViewAsync(admin);
            if (view.GetProperty("members").GetArrayLength() > 0 && view.GetProperty("now").ValueKind == JsonValueKind.Number && holds(view)) return view;
            await Task.Delay(50, patience.Token);
        }
    }

    private static IEnumerable<JsonElement> Hops(JsonElement view) =>
        view.GetProperty("members")[0].GetProperty("report") is { ValueKind: JsonValueKind.Object } report ? report.GetProperty("hops").EnumerateArray() : [];

    private static long Requests(JsonElement view) => view.GetProperty("members")[0].GetProperty("report").GetProperty("requests").GetInt64();
    private static long Time(JsonElement hop, string step) => hop.GetProperty(step).GetInt64();
    private static long ErrorOf(JsonElement view) => view.GetProperty("members")[0].GetProperty("report").GetProperty("clock_error").GetInt64() + 1; // Whole microseconds.
    private static long Microseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
