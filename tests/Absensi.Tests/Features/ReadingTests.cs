using Absensi.Core.Attendance;
using Absensi.Features.Dashboard;

namespace Absensi.Tests.Features;

public sealed class ReadingTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync(("NODE_NAME", "Bandung"));
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task TheDashboardCountsTheDayAndShowsTheLatestFirst()
    {
        using var admin = await _app.NewAdminAsync();
        using var one = await _app.NewEmployeeAsync("Satu");
        using var two = await _app.NewEmployeeAsync("Dua");
        await _app.AddPersonAsync(name: "Tiga");
        await one.TapAsync("/absensi/masuk");
        await two.TapAsync("/absensi/masuk");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await admin.GetAsync("/api/dashboard/metrics")).Json.GetProperty("servers_online").GetInt64() == 0) await Task.Delay(10, patience.Token);

        var data = (await admin.GetAsync("/api/dashboard/data")).Json;

        var metrics = data.GetProperty("metrics");
        Assert.Equal(2, metrics.GetProperty("today_count").GetInt64());
        Assert.Equal(2, metrics.GetProperty("week_count").GetInt64());
        Assert.Equal(67, metrics.GetProperty("attendance_rate").GetInt64());
        Assert.Equal(1, metrics.GetProperty("servers_online").GetInt64());
        Assert.Equal(["Dua", "Satu"], data.GetProperty("latest_attendances").EnumerateArray().Select(a => a.GetProperty("user_name").GetString()));
        var server = Assert.Single(data.GetProperty("server_status").EnumerateArray());
        Assert.Equal(("Bandung", "online"), (server.GetProperty("name").GetString(), server.GetProperty("status").GetString()));
        Assert.Equal(metrics.ToString(), (await admin.GetAsync("/api/dashboard/metrics")).Json.ToString());
    }

    [Fact]
    public async Task ATapShowsAtOnceToWhoeverAsksAndSoonInACrowd()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync();
        Assert.Equal(0, await TodayAsync());
        await employee.TapAsync("/absensi/masuk");
        Assert.Equal(1, await TodayAsync());

        using var late = await _app.NewEmployeeAsync();
        await Task.WhenAll(Enumerable.Range(0, DashboardSnapshot.Crowd * 3).Select(_ => TodayAsync()));
        await late.TapAsync("/absensi/masuk");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await TodayAsync() == 1) await Task.Delay(10, patience.Token);

        Assert.Equal(2, await TodayAsync());

        async Task<long> TodayAsync() => (await admin.GetAsync("/api/dashboard/metrics")).Json.GetProperty("today_count").GetInt64();
    }

    [Fact]
    public async Task TheDashboardIsNotForEmployees()
    {
        using var employee = await _app.NewEmployeeAsync();

        Assert.Equal(403, (await employee.GetAsync("/api/dashboard/data")).Status);
        Assert.Equal(403, (await employee.GetAsync("/admin/dashboard", json: false)).Status);
    }

    [Fact]
    public async Task TheFeedShowsAnAdminEverythingAndAnEmployeeTheirOwn()
    {
        using var admin = await _app.NewAdminAsync();
        using var one = await _app.NewEmployeeAsync("Satu");
        using var two = await _app.NewEmployeeAsync("Dua");
        await one.TapAsync("/absensi/masuk");
        await two.TapAsync("/absensi/masuk");
        await one.TapAsync("/absensi/pulang");

        var all = (await admin.GetAsync("/api/events?after=0")).Json;
        var mine = (await one.GetAsync("/api/events?after=0")).Json;
        var rest = (await admin.GetAsync("/api/events?after=1&limit=1")).Json;

        Assert.Equal([1, 2, 3], Ids(all));
        Assert.Equal(3, all.GetProperty("last_id").GetInt64());
        Assert.Equal([1, 3], Ids(mine));
        Assert.Equal([2], Ids(rest));
        Assert.Equal(2, rest.GetProperty("last_id").GetInt64());
        Assert.Equal("AbsensiUpdated", all.GetProperty("events")[2].GetProperty("event").GetString());
    }

    [Theory]
    [InlineData("after=-1")]
    [InlineData("after=abc")]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("after=99999999999999999999")]
    public async Task TheFeedRefusesNumbersThatMakeNoSense(string query)
    {
        using var employee = await _app.NewEmployeeAsync();

        var answer = await employee.GetAsync($"/api/events?{query}");

        Assert.Equal((400, "Validation failed"), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task ADayIsShownToItsOwnerAndToAdminsOnly()
    {
        using var admin = await _app.NewAdminAsync();
        using var owner = await _app.NewEmployeeAsync();
        using var colleague = await _app.NewEmployeeAsync();
        var id = (await owner.TapAsync("/absensi/masuk")).Json.GetProperty("data").GetProperty("id").GetInt64();

        Assert.Equal(200, (await owner.GetAsync($"/riwayat/{id}")).Status);
        Assert.Equal(200, (await admin.GetAsync($"/riwayat/{id}", json: false)).Status);
        var denied = await colleague.GetAsync($"/riwayat/{id}");
        Assert.Equal((403, "Anda tidak memiliki akses ke data ini"), (denied.Status, denied.Message));
        Assert.Equal(404, (await admin.GetAsync("/riwayat/abc")).Status);
        Assert.Equal(404, (await admin.GetAsync("/riwayat/999999")).Status);
    }

    [Fact]
    public async Task EveryAnswerNamesItsNode()
    {
        using var browser = _app.Anonymous();

        foreach (var path in (string[])["/login", "/nothing-here", "/health/live", "/health/ready", "/openapi/v1.json", "/api/events", "/dashboard"])
            Assert.Equal("app-node-1", (await browser.GetAsync(path)).Header("X-Node-ID"));
    }

    [Fact]
    public async Task AnAnswerThatWasGivenUpOnTheWayNamesItsNodeToo()
    {
        using var admin = await _app.NewAdminAsync();
        await _app.Database.ExecuteAsync("ALTER TABLE attendances RENAME TO elsewhere", null, CancellationToken.None);

        var answer = await admin.GetAsync("/riwayat");

        Assert.Equal((500, "app-node-1", "nosniff"), (answer.Status, answer.Header("X-Node-ID"), answer.Header("X-Content-Type-Options")));
    }

    [Fact]
    public async Task APageThatIsNotThereIsToldToPeopleAndPrograms()
    {
        using var employee = await _app.NewEmployeeAsync();

        var page = await employee.GetAsync("/nothing-here", json: false);
        var json = await employee.GetAsync("/nothing-here");

        Assert.Equal(404, page.Status);
        Assert.Contains("<html", page.Body);
        Assert.Equal((404, "Data tidak ditemukan"), (json.Status, json.Message));
    }

    [Fact]
    public async Task WorkRulesComeFromTheEnvironment()
    {
        await using var early = await TestApp.StartAsync(("WORK_START", "00:00"));
        await using var late = await TestApp.StartAsync(("WORK_START", "23:59:59"));
        using var one = await early.NewEmployeeAsync();
        using var other = await late.NewEmployeeAsync();

        Assert.Equal(nameof(AttendanceStatus.Terlambat), Status(await one.TapAsync("/absensi/masuk")));
        Assert.Equal(nameof(AttendanceStatus.Hadir), Status(await other.TapAsync("/absensi/masuk")));
    }

    private static string? Status(Answer answer) => answer.Json.GetProperty("data").GetProperty("status").GetString();

    private static IEnumerable<long> Ids(System.Text.Json.JsonElement feed) => feed.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("event_id").GetInt64());
}
