using Absensi.Tests;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>What pages look like only after something was done on them, as open to all as they were before.</summary>
public sealed class StateTests(Browsing browsing) : IClassFixture<Browsing>, IAsyncLifetime
{
    private TestApp _app = null!;

    public static TheoryData<int, int, ColorScheme> Screens => new()
    {
        { 360, 740, ColorScheme.Light }, { 360, 740, ColorScheme.Dark }, { 1440, 900, ColorScheme.Light }, { 1440, 900, ColorScheme.Dark },
    };

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task ThePortalIsOpenToAllFromTheFirstTapToTheLast(int width, int height, ColorScheme scheme)
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await OpenAsync(session, width, height, scheme);
        var page = visit.Page;

        await page.GotoAsync("/dashboard");
        await page.GetByRole(AriaRole.Button, new() { Name = "Lihat posisi" }).ClickAsync();
        await LookAsync(visit, "the map");
        await visit.Context.SetOfflineAsync(true);
        await page.GetByText("Tidak ada sambungan").WaitForAsync();
        await LookAsync(visit, "no network");
        await page.GetByRole(AriaRole.Button, new() { Name = "Absen Masuk" }).ClickAsync();
        await page.GetByText("Belum terkirim").WaitForAsync();
        await LookAsync(visit, "a tap that waits");
        await visit.Context.SetOfflineAsync(false);
        await page.GetByText("Absen masuk tercatat").WaitForAsync();
        await LookAsync(visit, "the receipt");
        await page.Keyboard.PressAsync("Escape");
        await LookAsync(visit, "at work");
        await page.GetByRole(AriaRole.Button, new() { Name = "Absen Pulang" }).ClickAsync();
        await page.GetByText("Absen pulang tercatat").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await LookAsync(visit, "the day done");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task ADeniedPositionIsExplainedToAll(int width, int height, ColorScheme scheme)
    {
        using var session = await _app.NewEmployeeAsync();
        await using var visit = await OpenAsync(session, width, height, scheme, position: false);

        await visit.Page.GotoAsync("/dashboard");
        await visit.Page.GetByText("Izin lokasi ditolak").First.WaitForAsync();

        await LookAsync(visit, "denied");
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task WhatAnAdminDoesToAPersonIsOpenToAll(int width, int height, ColorScheme scheme)
    {
        var person = await _app.AddPersonAsync();
        using var admin = await _app.NewAdminAsync();
        await using var visit = await OpenAsync(admin, width, height, scheme);
        var page = visit.Page;

        await page.GotoAsync($"/admin/karyawan/{person}");
        await page.GetByText("Atur ulang kata sandi").ClickAsync();
        await page.GetByText("Nonaktifkan", new() { Exact = true }).ClickAsync();
        await LookAsync(visit, "both questions");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ya, atur ulang" }).ClickAsync();
        await page.GetByText("Kata sandi sementara", new() { Exact = true }).WaitForAsync();
        await LookAsync(visit, "the new password");
        await page.GetByText("Nonaktifkan", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Ya, nonaktifkan" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Aktifkan kembali" }).WaitForAsync();
        await LookAsync(visit, "shut out");
        await page.GotoAsync("/admin/dashboard");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Terlambat" }).ClickAsync();
        await LookAsync(visit, "nobody late");
        await page.GotoAsync("/admin/token");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Nama", Exact = true }).FillAsync("Mesin absen lobi");
        await page.GetByRole(AriaRole.Button, new() { Name = "Buat token" }).ClickAsync();
        await page.GetByText("Token dibuat").WaitForAsync();
        await LookAsync(visit, "a new token");
    }

    private async Task<Visit> OpenAsync(TestClient session, int width, int height, ColorScheme scheme, bool position = true)
    {
        var visit = await browsing.VisitAsync(_app, session, width, height, position);
        await visit.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        return visit;
    }

    private static async Task LookAsync(Visit visit, string what)
    {
        await visit.Page.UntilAsync("document.readyState === 'complete'"); // with its style
        Assert.Equal("", string.Join('\n', (await Axe.BarriersAsync(visit.Page)).Select(barrier => $"{what}: {barrier}")));
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{what} is too wide");
        Assert.Empty(visit.Complaints);
    }
}
