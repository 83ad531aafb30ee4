using System.Buffers.Binary;
using System.Text.Json;
using Absensi.Storage;
using Absensi.Tests;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>The portal on a phone that loses its network, and on its home screen.</summary>
public sealed class OfflineTests(Browsing browsing) : IClassFixture<Browsing>, IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task ATapWithoutANetworkIsToldTruthfullySurvivesTheClosedPageAndCountsOnce()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740, offlineShell: true);
        await OpenWithWorkerAsync(visit.Page);
        await visit.Page.GetByText("Lokasi siap").WaitForAsync();

        await visit.Context.SetOfflineAsync(true);
        await visit.Page.GetByText("Tidak ada sambungan. Absen tetap bisa ditekan").WaitForAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync();
        await visit.Page.GetByText("Belum terkirim. Tersimpan di ponsel ini").WaitForAsync();
        await visit.Page.CloseAsync();
        var reopened = await visit.Context.NewPageAsync();
        await reopened.GotoAsync("/dashboard");
        await reopened.GetByText("Belum terkirim: Absen Masuk").WaitForAsync();
        await reopened.GetByText("jamnya dicatat server saat tiba").WaitForAsync();
        Assert.Empty(await Axe.BarriersAsync(reopened));
        Assert.Empty(await LogAsync());
        await visit.Context.SetOfflineAsync(false);
        await reopened.GetByText("Absen masuk tercatat").WaitForAsync();

        Assert.Single(await LogAsync());
        Assert.Equal(0, await reopened.EvaluateAsync<int>("localStorage.length"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task TheCacheHoldsTheShellAloneAlsoAfterTheLogout()
    {
        using var session = await _app.NewEmployeeAsync("Ahmad Rizki");
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740, offlineShell: true);
        await OpenWithWorkerAsync(visit.Page);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Tutup" }).First.ClickAsync();
        await visit.Page.GotoAsync("/riwayat");
        await visit.Page.ActAndGoAsync("**/login", () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Keluar" }).ClickAsync());

        var kept = JsonSerializer.Deserialize<Dictionary<string, string>>(await visit.Page.EvaluateAsync<string>(
            """
            async () => {
              const kept = {};
              for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys())
                  kept[new URL(request.url).pathname] = await (await caches.match(request)).text();
              return JSON.stringify(kept);
            }
            """))!;

        Assert.Contains("/luring", kept.Keys);
        Assert.All(kept.Keys, path => Assert.True(path == "/luring" || path.StartsWith("/build/", StringComparison.Ordinal), path));
        Assert.All(kept.Values, text => Assert.DoesNotContain("Ahmad", text, StringComparison.Ordinal));
        Assert.Equal(0, await visit.Page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
    }

    [Fact]
    public async Task ANewBuildsWorkerTakesThePlaceOfTheOldOneWithItsCache()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740, offlineShell: true);
        var newer = false;
        await visit.Context.RouteAsync("**/sw.js", async route =>
        {
            var answer = await route.FetchAsync();
            var text = await answer.TextAsync();
            await route.FulfillAsync(new() { Response = answer, Body = newer ? text : System.Text.RegularExpressions.Regex.Replace(text, "absensi-[0-9a-f]{12}", "absensi-ofanolderone") });
        });
        await OpenWithWorkerAsync(visit.Page);
        Assert.Equal(["absensi-ofanolderone"], await CachesAsync());

        newer = true;
        await visit.Page.EvaluateAsync("navigator.serviceWorker.ready.then((registration) => registration.update())").WaitAsync(Browsing.Patience);
        await visit.Page.UntilAsync("caches.keys().then((names) => names.length === 1 && names[0] !== 'absensi-ofanolderone')");
        await visit.Context.UnrouteAllAsync();
        await visit.Context.SetOfflineAsync(true);
        await visit.Page.GotoAsync("/dashboard");
        await visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Tidak ada sambungan" }).WaitForAsync();

        Assert.Empty(visit.Complaints);

        async Task<string[]> CachesAsync() => await visit.Page.EvaluateAsync<string[]>("caches.keys()");
    }

    [Fact]
    public async Task TheBrowserFindsNothingAmissInTheManifestAndItsPictures()
    {
        await using var visit = await browsing.VisitAsync(_app, width: 360, height: 740, offlineShell: true);
        await visit.Page.GotoAsync("/login");

        var devtools = await visit.Context.NewCDPSessionAsync(visit.Page);
        var answer = (await devtools.SendAsync("Page.getAppManifest"))!.Value;
        var manifest = JsonDocument.Parse(answer.GetProperty("data").GetString()!).RootElement;
        var icons = manifest.GetProperty("icons").EnumerateArray().ToList();

        Assert.Empty(answer.GetProperty("errors").EnumerateArray());
        Assert.Equal("Absensi", manifest.GetProperty("name").GetString());
        Assert.Equal(["any", "any", "maskable", "maskable"], icons.Select(i => i.GetProperty("purpose").GetString()));
        foreach (var icon in icons)
        {
            var picture = await _app.Anonymous().Http.GetByteArrayAsync(icon.GetProperty("src").GetString());
            var side = BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(16)); // a PNG's width stands there
            Assert.Equal(icon.GetProperty("sizes").GetString(), $"{side}x{side}");
        }
    }

    [Fact]
    public async Task TheHintToInstallWaitsQuietlyUntilTheBrowserCan()
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await browsing.VisitAsync(_app, session, width: 360, height: 740);
        await visit.Page.GotoAsync("/dashboard");
        var hint = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Pasang di layar utama" });
        await visit.Page.GetByText("Lokasi siap").WaitForAsync();
        Assert.False(await hint.IsVisibleAsync());

        await visit.Page.EvaluateAsync("window.dispatchEvent(Object.assign(new Event('beforeinstallprompt'), { prompt: async () => { document.title = 'ditanya'; } }))");
        await hint.ClickAsync();

        await visit.Page.UntilAsync("document.title === 'ditanya'");
        await hint.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    private static async Task OpenWithWorkerAsync(IPage page)
    {
        await page.GotoAsync("/dashboard");
        await page.UntilAsync("navigator.serviceWorker.ready.then(() => true)");
        await page.UntilAsync("navigator.serviceWorker.controller !== null");
    }

    private Task<IReadOnlyList<Core.Events.LogEntry>> LogAsync() => new EventLog(_app.Database).LatestAsync(10, CancellationToken.None);
}
