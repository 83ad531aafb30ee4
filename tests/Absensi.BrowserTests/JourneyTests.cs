using Absensi.Security;
using Absensi.Storage;
using Absensi.Tests;
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
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/dashboard");
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
        await employee.TapAsync("/absensi/masuk");
        await visit.Page.Locator("section[aria-labelledby=terbaru] li", new() { HasText = "Siti Nurhaliza" }).WaitForAsync();

        Assert.Equal(1, await visit.Page.Locator("section[aria-labelledby=terbaru] li", new() { HasText = "Siti Nurhaliza" }).CountAsync());
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task WhoeverHasThePortalOpenIsOnlineAndSeesATapMadeElsewhere()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync("Siti Nurhaliza");
        await using var office = await browsing.VisitAsync(_app, admin);
        await using var phone = await browsing.VisitAsync(_app, employee, width: 360, height: 740);

        await phone.Page.GotoAsync("/dashboard");
        await office.Page.GotoAsync("/admin/dashboard");
        await office.Page.Locator("section[aria-labelledby=hadir-online]").GetByText("Siti Nurhaliza").WaitForAsync();
        await employee.TapAsync("/absensi/masuk");
        await phone.Page.GetByText("tercatat dari perangkat lain").WaitForAsync();

        Assert.Contains("Sudah masuk", await phone.Page.GetByLabel("Keadaan hari ini").InnerTextAsync());
        Assert.Empty(phone.Complaints);
    }

    [Fact]
    public async Task TheClusterPageMeasuresTheWayOfATap()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync("Siti Nurhaliza");
        await using var visit = await browsing.VisitAsync(_app, admin);
        var page = visit.Page;

        await page.GotoAsync("/admin/klaster");
        await page.GetByText("Layar ini dilayani Jakarta").WaitForAsync();
        await employee.TapAsync("/absensi/masuk");
        await page.Locator(".hop[data-part=screen] b", new() { HasTextRegex = new("[0-9]") }).WaitForAsync();
        var times = await page.Locator(".hop[data-part] .hop-time").AllInnerTextsAsync();

        Assert.Equal("up", await page.Locator("[data-box='node:app-node-1']").GetAttributeAsync("data-health"));
        Assert.Equal("off", await page.Locator("[data-box=redis]").GetAttributeAsync("data-health"));
        Assert.Equal(3, times.Count);
        Assert.All(times, time => Assert.Matches("^[0-9.]+(,[0-9])? md$", time));
        Assert.Empty(visit.Complaints);
    }

    private async Task<Core.Events.LogEntry> LastAsync() =>
        Assert.Single(await new EventLog(_app.Database).LatestAsync(1, CancellationToken.None));
}
