using Absensi.Security;
using Absensi.Tests;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>Forms on bad days: a slow network or none, a busy server, a session that ended while somebody was typing.</summary>
public sealed class FormTests(Browsing browsing) : AdminTests, IClassFixture<Browsing>
{
    private const string Address = "/admin/karyawan/baru";

    [Fact]
    public async Task AFormThatIsSentTwiceAtOnceIsSentOnceAndItsButtonTurns()
    {
        await using var visit = await FilledAsync();
        var sent = 0;
        var answer = new TaskCompletionSource();
        await visit.Page.RouteAsync($"**{Address}", async route =>
        {
            if (route.Request.Method == "POST")
            {
                sent++;
                await answer.Task;
            }

            await route.ContinueAsync();
        });

        await Save(visit.Page).DblClickAsync();
        await visit.Page.Locator("#name").PressAsync("Enter");
        await visit.Page.Locator("button[aria-busy=true]", new() { HasText = "Simpan" }).WaitForAsync();
        Assert.Empty(await Axe.BarriersAsync(visit.Page));
        answer.SetResult();
        await visit.Page.GetByText("Siti Nurhaliza ditambahkan").WaitForAsync();

        Assert.Equal(1, sent);
        Assert.Equal(0, await visit.Page.Locator("[aria-busy]").CountAsync());
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData(503, null, "Server sedang tidak dapat dihubungi")]
    [InlineData(429, "7", "Coba lagi dalam 7 detik")]
    [InlineData(500, null, "Terjadi kesalahan sistem")]
    [InlineData(0, null, "Belum terkirim: tidak ada jaringan")]
    public async Task WhatWasTypedOutlivesAnAnswerThatDidNotComeAndGoesOnTheNextTry(int status, string? retryAfter, string words)
    {
        await using var visit = await FilledAsync();
        var page = visit.Page;
        await page.RouteAsync($"**{Address}", route => route.Request.Method != "POST" ? route.ContinueAsync()
            : status == 0 ? route.AbortAsync("internetdisconnected")
            : route.FulfillAsync(new() { Status = status, Headers = retryAfter is null ? null : [new("Retry-After", retryAfter)], Body = "" }));

        await Save(page).ClickAsync();
        await page.GetByRole(AriaRole.Alert).GetByText(words).WaitForAsync();
        Assert.Equal("Siti Nurhaliza", await page.GetByLabel("Nama lengkap").InputValueAsync());
        Assert.Empty(await Axe.BarriersAsync(page));
        await page.UnrouteAllAsync();
        await Save(page).ClickAsync();
        await page.GetByText("Siti Nurhaliza ditambahkan").WaitForAsync();

        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task AStaleTokenIsRenewedWithoutAWord()
    {
        await using var visit = await FilledAsync();
        await visit.Context.ClearCookiesAsync(new() { Name = "absensi_csrf" });
        await visit.Context.ClearCookiesAsync(new() { Name = "XSRF-TOKEN" });

        await Save(visit.Page).ClickAsync();
        await visit.Page.GetByText("Siti Nurhaliza ditambahkan").WaitForAsync();

        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task ASessionThatEndsWhileSomebodyTypesCostsNothingThatWasTyped()
    {
        var id = await App.AddPersonAsync(Storage.Roles.Admin, "Ibu Sari", Passwords.Hash("kata-sandi-panjang"));
        using var session = await App.SignInAsync(id);
        await using var visit = await FilledAsync(session);
        var page = visit.Page;

        await visit.Context.ClearCookiesAsync(new() { Name = "absensi_session" });
        await Save(page).ClickAsync();
        var login = await page.RunAndWaitForPopupAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "masuk lagi di tab baru" }).ClickAsync());
        await login.GetByLabel("Email").FillAsync("orang2@absensi.test");
        await login.GetByLabel("Kata sandi", new() { Exact = true }).FillAsync("kata-sandi-panjang");
        await login.ActAndGoAsync("**/admin/dashboard", () => login.Keyboard.PressAsync("Enter"));
        await Save(page).ClickAsync();
        await page.GetByText("Siti Nurhaliza ditambahkan").WaitForAsync();

        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task OfTheThreePasswordsOnlyTheOneThatIsWrongIsTypedAgain()
    {
        await App.AddPersonAsync(name: "Ahmad Rizki", passwordHash: Passwords.Hash("kata-sandi-panjang"));
        await using var visit = await browsing.VisitAsync(App, width: 360, height: 740);
        var page = visit.Page;
        await page.GotoAsync("/login");
        await page.GetByLabel("Email").FillAsync("orang2@absensi.test");
        await page.GetByLabel("Kata sandi", new() { Exact = true }).FillAsync("kata-sandi-panjang");
        await page.ActAndGoAsync("**/dashboard", () => page.Keyboard.PressAsync("Enter"));
        await page.GotoAsync("/profil/sandi");

        await page.GetByLabel("Kata sandi sekarang").FillAsync("kata-sandi-panjang");
        await page.GetByLabel("Kata sandi baru", new() { Exact = true }).FillAsync("pendek");
        await page.GetByLabel("Kata sandi baru, sekali lagi").FillAsync("pendek");
        await page.GetByRole(AriaRole.Button, new() { Name = "Simpan" }).ClickAsync();
        await page.Locator("#password-problem").WaitForAsync(); // the hint before it reads alike

        Assert.Equal("kata-sandi-panjang", await page.GetByLabel("Kata sandi sekarang").InputValueAsync());
        Assert.Equal("", await page.GetByLabel("Kata sandi baru", new() { Exact = true }).InputValueAsync());
        Assert.Equal("password", await page.EvaluateAsync<string>("document.activeElement.id"));
    }

    [Fact]
    public async Task AnotherPageThatTakesItsTimeIsAnnouncedByALine()
    {
        await using var visit = await browsing.VisitAsync(App, Admin);
        await visit.Page.GotoAsync("/riwayat");
        await visit.Page.RouteAsync("**/rekap", async route =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1)); // a page can't be asked anything while another is awaited; it notes it itself
            await route.ContinueAsync();
        });
        await visit.Page.EvaluateAsync(
            """
            new MutationObserver(() => sessionStorage.setItem('line', getComputedStyle(document.documentElement, '::before').height))
              .observe(document.documentElement, { attributes: true, attributeFilter: ['data-leaving'] })
            """);

        await visit.Page.ActAndGoAsync("**/rekap", () => visit.Page.GetByRole(AriaRole.Link, new() { Name = "Rekap" }).ClickAsync());

        Assert.Equal("3px", await visit.Page.EvaluateAsync<string>("sessionStorage.getItem('line')"));
        Assert.False(await visit.Page.EvaluateAsync<bool>("'leaving' in document.documentElement.dataset"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task APageWhoseScriptsDoNotComeSaysSo()
    {
        await using var visit = await browsing.VisitAsync(App, Admin, width: 360, height: 740);
        await visit.Page.RouteAsync("**/build/*.js", route => route.AbortAsync("failed"));

        await visit.Page.GotoAsync("/riwayat");
        await visit.Page.GetByText("belum termuat lengkap").WaitForAsync();
        await visit.Page.UnrouteAllAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Muat ulang" }).ClickAsync();
        await visit.Page.UntilAsync("'ready' in document.documentElement.dataset");

        Assert.False(await visit.Page.GetByText("belum termuat lengkap").IsVisibleAsync());
        Assert.Equal("none", await visit.Page.Locator(".unready").EvaluateAsync<string>("(hint) => getComputedStyle(hint).animationName")); // nor will it be
    }

    [Fact]
    public async Task AnUploadTellsHowFarItIsAndCanBeCalledOff()
    {
        await using var visit = await browsing.VisitAsync(App, Admin, width: 360, height: 740);
        var page = visit.Page;
        await page.KeepToastsAsync();
        await page.GotoAsync("/admin/karyawan/impor");
        var network = await visit.Context.NewCDPSessionAsync(page);
        await network.SendAsync("Network.enable");
        await network.SendAsync("Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 200, ["downloadThroughput"] = 50_000, ["uploadThroughput"] = 12_000 });
        // A minute's worth: it must still be on its way when this test comes to calling it off.
        var lines = string.Concat(Enumerable.Range(0, 22_000).Select(i => $"Orang Nomor {i};orang{i}@contoh.co.id\n"));
        await page.GetByLabel("Berkas", new() { Exact = true }).SetInputFilesAsync(new FilePayload { Name = "orang.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes("Nama;Email\n" + lines) });

        await page.GetByRole(AriaRole.Button, new() { Name = "Periksa berkas" }).ClickAsync();
        await page.GetByText(new System.Text.RegularExpressions.Regex(@"Mengunggah \d+ KB dari \d+ KB \(\d+%\)")).WaitForAsync();
        await page.UntilAsync("document.querySelector('progress').value > 0");
        Assert.Empty(await Axe.BarriersAsync(page));
        await page.GetByRole(AriaRole.Button, new() { Name = "Batal" }).ClickAsync();
        await page.ToldAsync("Unggahan dibatalkan");
        await page.GetByRole(AriaRole.Progressbar).WaitForAsync(new() { State = WaitForSelectorState.Hidden });

        Assert.Equal(0, await App.Database.FirstAsync<int>("SELECT COUNT(*) FROM people_imports", null, CancellationToken.None));
        Assert.Empty(visit.Complaints);
    }

    private async Task<Visit> FilledAsync(TestClient? session = null)
    {
        var visit = await browsing.VisitAsync(App, session ?? Admin, width: 360, height: 740);
        await visit.Page.GotoAsync(Address);
        await visit.Page.GetByLabel("Nama lengkap").FillAsync("Siti Nurhaliza");
        await visit.Page.GetByLabel("Email").FillAsync("siti@contoh.id");
        return visit;
    }

    private static ILocator Save(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Simpan" });
}
