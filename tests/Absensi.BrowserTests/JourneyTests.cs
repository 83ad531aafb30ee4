using Absensi.Features.Dashboard;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>What people do, in a real browser, from the first page to the log.</summary>
public sealed class JourneyTests(Browsing browsing) : IClassFixture<Browsing>, IAsyncLifetime
{
    private const string Password = "kata-sandi-panjang";
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task AnEmployeeLogsInAndClocksInAndOut()
    {
        await _app.AddPersonAsync(name: "Ahmad Rizki", passwordHash: Passwords.Hash(Password));
        await using var visit = await browsing.VisitAsync(_app, width: 360, height: 740);
        var page = visit.Page;

        await page.GotoAsync("/login");
        await page.GetByLabel("Email").FillAsync("orang1@absensi.test");
        await page.GetByLabel("Kata sandi", new() { Exact = true }).FillAsync(Password);
        await page.ActAndGoAsync("**/dashboard", () => page.Keyboard.PressAsync("Enter"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync();
        await page.GetByText("Absen masuk tercatat").WaitForAsync();
        var first = await LastAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Tutup" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Absen Pulang" }).ClickAsync();
        await page.GetByText("Absen pulang tercatat").WaitForAsync();

        Assert.Equal("AbsensiCreated", first.EventType);
        Assert.Equal("AbsensiUpdated", (await LastAsync()).EventType);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task ATapOnTheKeyboardIsATap()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740);

        await visit.Page.GotoAsync("/dashboard");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.GetByText("Absen masuk tercatat").WaitForAsync();

        Assert.Equal(1, (await LastAsync()).Id);
    }

    [Fact]
    public async Task WithoutAPositionThePageSaysWhatToDoAndSendsNothing()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740, position: false);
        var sent = 0;
        visit.Page.Request += (_, request) => sent += request.Url.Contains("/absensi/", StringComparison.Ordinal) ? 1 : 0;

        await visit.Page.GotoAsync("/dashboard");
        await visit.Page.GetByText("Izin lokasi ditolak").First.WaitForAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync(new() { Force = true });

        Assert.Equal(0, sent);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task ALostAnswerIsAskedForAgainAndCountsOnce()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740);
        var keys = new List<string>();
        await visit.Page.RouteAsync("**/absensi/masuk", async route =>
        {
            keys.Add((await route.Request.AllHeadersAsync())["idempotency-key"]);
            if (keys.Count > 1) await route.ContinueAsync();
            else
            {
                await route.FetchAsync();
                await route.AbortAsync("connectionreset");
            }
        });

        await visit.Page.GotoAsync("/dashboard");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync();
        await visit.Page.GetByText("Absen masuk tercatat").WaitForAsync();

        Assert.True(keys.Count > 1);
        Assert.Single(keys.Distinct());
        Assert.Equal(1, (await LastAsync()).Id);
    }

    [Fact]
    public async Task ATapAppearsOnTheAdminsOpenDashboard()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync("Siti Nurhaliza");
        await using var visit = await browsing.VisitAsync(_app, admin);

        await visit.Page.GotoAsync("/admin/dashboard");
        await visit.Page.GetByRole(AriaRole.Status).GetByText("Live", new() { Exact = true }).First.WaitForAsync();
        await employee.ClockInAsync();
        await visit.Page.Locator("section[aria-labelledby=terbaru] li", new() { HasText = "Siti Nurhaliza" }).WaitForAsync();

        Assert.Equal(1, await visit.Page.Locator("section[aria-labelledby=terbaru] li", new() { HasText = "Siti Nurhaliza" }).CountAsync());
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task TheDashboardsPositionIsThatOfItsNewestRow()
    {
        var query = _app.Services.GetRequiredService<DashboardQuery>();
        var people = new List<TestClient>();
        for (var i = 0; i < 40; i++) people.Add(await _app.NewEmployeeAsync());
        await people[0].ClockInAsync();

        var taps = Task.Run(async () =>
        {
            foreach (var person in people.Skip(1)) await person.ClockInAsync();
        });
        do
        {
            var data = await query.DataAsync(CancellationToken.None);
            Assert.Equal(data.LastId, data.LatestAttendances[0].GetProperty("event_id").GetInt64());
        }
        while (!taps.IsCompleted);

        await taps;
        people.ForEach(person => person.Dispose());
    }

    [Fact]
    public async Task WhoeverHasThePortalOpenIsOnlineAndSeesATapMadeElsewhere()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync("Siti Nurhaliza");
        await using var office = await browsing.VisitAsync(_app, admin);
        await using var phone = await browsing.VisitAsync(_app, employee, width: 360, height: 740);

        await phone.Page.KeepToastsAsync();
        await phone.Page.GotoAsync("/dashboard");
        await office.Page.GotoAsync("/admin/dashboard");
        await office.Page.Locator("section[aria-labelledby=hadir-online]").GetByText("Siti Nurhaliza").WaitForAsync();
        await employee.ClockInAsync();
        await phone.Page.GetByLabel("Keadaan hari ini").GetByText("Sudah masuk").WaitForAsync();
        await phone.Page.ToldAsync("tercatat dari perangkat lain");

        Assert.Empty(phone.Complaints);
    }

    [Fact]
    public async Task ATapMadeElsewhereBeforeThePortalListensIsSeenToo()
    {
        using var employee = await _app.NewEmployeeAsync();
        await using var phone = await browsing.VisitAsync(_app, employee, width: 360, height: 740);
        var tapped = new TaskCompletionSource();
        await phone.Page.RouteAsync("**/build/hub-*.js", async route =>
        {
            await tapped.Task;
            await route.ContinueAsync();
        });

        await phone.Page.GotoAsync("/dashboard");
        await employee.ClockInAsync();
        tapped.SetResult();
        await phone.Page.GetByLabel("Keadaan hari ini").GetByText("Sudah masuk").WaitForAsync();

        Assert.Empty(phone.Complaints);
    }

    [Fact]
    public async Task ThePortalSaysOfAnArrivalWhatItsScriptSaysToo()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740);
        await session.ClockInAsync();
        (string Time, string Words)[] arrivals =
        [
            ("08:30:00", "Tepat waktu (batas 08.30)"), ("08:30:01", "Terlambat kurang dari 1 menit (batas 08.30)"), ("08:42:59", "Terlambat 12 menit (batas 08.30)"),
            ("10:30:00", "Terlambat 2 jam (batas 08.30)"), ("11:45:00", "Terlambat 3 jam 15 menit (batas 08.30)"),
        ];

        foreach (var (time, words) in arrivals)
        {
            await _app.Database.ExecuteAsync("UPDATE attendances SET jam_masuk = date || ' ' || @time", new { time }, CancellationToken.None);
            Assert.Contains($"x-text=\"detail\">{words}<", (await session.GetAsync("/dashboard", json: false)).Body, StringComparison.Ordinal);
            await visit.Page.GotoAsync("/dashboard");
            await visit.Page.UntilAsync("'ready' in document.documentElement.dataset");
            Assert.Equal(words, await visit.Page.Locator("[x-text=detail]").InnerTextAsync());
        }
    }

    [Fact]
    public async Task AnotherTabLearnsOfATapAtOnce()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740);
        var other = await visit.Context.NewPageAsync();
        await visit.Page.GotoAsync("/dashboard");
        await other.GotoAsync("/dashboard");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync();
        await other.GetByLabel("Keadaan hari ini").GetByText("Sudah masuk").WaitForAsync();

        Assert.Equal(1, (await LastAsync()).Id);
    }

    [Fact]
    public async Task TheClusterPageMeasuresTheWayOfATap()
    {
        using var admin = await _app.NewAdminAsync();
        await using var visit = await browsing.VisitAsync(_app, admin);
        var page = visit.Page;
        IReadOnlyList<string> times = [];

        await page.GotoAsync("/admin/klaster");
        await page.GetByText("Layar ini dilayani Jakarta").WaitForAsync();
        // Of one that comes late, over a new connection, the way stays unknown: then the next is measured.
        for (var tap = 0; tap < 20 && !AreKnown(); tap++)
        {
            using var employee = await _app.NewEmployeeAsync();
            await employee.ClockInAsync();
            // A report may be written between a tap's commit and its reading: the next one, a second later, has the rest.
            for (var look = 0; look < 50 && !AreKnown(); look++)
            {
                await Task.Delay(100);
                times = await page.Locator(".hop[data-part] .hop-time").AllInnerTextsAsync();
            }
        }

        await page.Locator("[data-box='node:app-node-1'][data-health=up]").WaitForAsync();
        await page.Locator("[data-box=redis][data-health=off]").WaitForAsync();
        Assert.Equal(3, times.Count);
        Assert.All(times, time => Assert.Matches("^[0-9.]+(,[0-9])? md$", time));
        Assert.Empty(visit.Complaints);

        bool AreKnown() => times.Count > 0 && times.All(time => time.Any(char.IsDigit));
    }

    [Fact]
    public async Task TheKeyboardAloneIsEnough()
    {
        await _app.AddPersonAsync(name: "Ahmad Rizki", passwordHash: Passwords.Hash(Password));
        await using var visit = await browsing.VisitAsync(_app, width: 360, height: 740);
        var page = visit.Page;

        await page.GotoAsync("/login");
        await TabToAsync(page, "email");
        await page.Keyboard.TypeAsync("orang1@absensi.test");
        await TabToAsync(page, "password");
        await page.Keyboard.TypeAsync(Password);
        await TabToAsync(page, "Masuk");
        await page.ActAndGoAsync("**/dashboard", () => page.Keyboard.PressAsync("Enter"));
        await page.GetByText("Lokasi siap").WaitForAsync();
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Langsung ke isi", await FocusAsync(page));
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "Absen Masuk");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Absen masuk tercatat").WaitForAsync();
        Assert.Equal("Tutup", await FocusAsync(page));
        await page.Keyboard.PressAsync("Escape");
        await page.GetByText("Absen masuk tercatat").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        await TabToAsync(page, "Keluar");
        await page.ActAndGoAsync("**/login", () => page.Keyboard.PressAsync("Enter"));

        Assert.Equal("AbsensiCreated", (await LastAsync()).EventType);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task GoingBackBringsTheFiltersOfTheListThatIsShown()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session);
        var page = visit.Page;
        await page.GotoAsync("/riwayat");
        await page.GetByLabel("Status").SelectOptionAsync("Terlambat");
        await page.GetByText("Tidak ada yang cocok dengan saringan ini").WaitForAsync();

        await page.GoBackAsync(new() { WaitUntil = WaitUntilState.Load });
        await page.UntilAsync("document.getElementById('status').value === ''");

        Assert.Equal(0, await page.Locator("form[role=search] :disabled").CountAsync());
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task LoggingOutEverywhereEndsTheOtherBrowserToo()
    {
        var person = await _app.AddPersonAsync();
        using var here = await _app.SignInAsync(person);
        using var there = await _app.SignInAsync(person);
        await using var one = await browsing.VisitAsync(_app, here, width: 360, height: 740);
        await using var other = await browsing.VisitAsync(_app, there, width: 360, height: 740);
        await other.Page.GotoAsync("/dashboard");

        await one.Page.GotoAsync("/profil");
        await one.Page.ActAndGoAsync("**/login", () => one.Page.GetByRole(AriaRole.Button, new() { Name = "Keluar dari semua perangkat" }).ClickAsync());
        await other.Page.ActAndGoAsync("**/login", () => other.Page.ReloadAsync());

        Assert.Empty(one.Complaints.Concat(other.Complaints));
    }

    [Fact]
    public async Task AnInaccuratePositionIsToldAndServes()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740, accuracy: 850);

        await visit.Page.GotoAsync("/dashboard");
        await visit.Page.GetByText("Lokasi kurang akurat ±850 m, tetap bisa absen").WaitForAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Lihat posisi" }).ClickAsync();
        await visit.Page.GetByText("-6.208800, 106.845600").WaitForAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync();
        await visit.Page.GetByText("Absen masuk tercatat").WaitForAsync();

        Assert.Empty(await Axe.BarriersAsync(visit.Page));
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData("() => 1", "Masih mencari lokasi. Coba mendekat ke jendela")]
    [InlineData("(found, failed) => { failed({ code: 2, PERMISSION_DENIED: 1 }); return 1; }", "Lokasi belum terbaca. Nyalakan GPS")]
    public async Task APositionThatDoesNotComeIsToldWithWhatToDo(string watch, string words)
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740);
        await visit.Page.Clock.InstallAsync();
        await visit.Page.AddInitScriptAsync($"navigator.geolocation.watchPosition = {watch}");

        await visit.Page.GotoAsync("/dashboard");
        await visit.Page.Clock.FastForwardAsync(11_000);
        await visit.Page.GetByText(words).WaitForAsync();

        Assert.Empty(await Axe.BarriersAsync(visit.Page));
        Assert.Empty(visit.Complaints);
    }

    private static Task<string> FocusAsync(IPage page) =>
        page.EvaluateAsync<string>("document.activeElement.name || document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()");

    /// <summary>Goes through the page with the Tab key until that field or button has the focus.</summary>
    private static async Task TabToAsync(IPage page, string name)
    {
        for (var step = 0; await FocusAsync(page) != name; step++)
        {
            Assert.True(step < 30, $"The Tab key does not reach {name}");
            await page.Keyboard.PressAsync("Tab");
        }
    }

    private async Task<Core.Events.LogEntry> LastAsync() =>
        Assert.Single(await new EventLog(_app.Database).LatestAsync(1, CancellationToken.None));
}
