using System.Text;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>What HR does with people, in a real browser.</summary>
public sealed class EmployeeJourneyTests(Browsing browsing) : AdminTests, IClassFixture<Browsing>
{
    [Fact]
    public async Task AFileIsMendedLookedAtAndImportedAndItsPasswordOpensTheDoor()
    {
        await using var visit = await browsing.VisitAsync(App, Admin, width: 360, height: 740);
        var page = visit.Page;

        await page.GotoAsync("/admin/karyawan/impor");
        await UploadAsync(page, "Nama;Email;Peran\nSiti Nurhaliza;siti@contoh.id;\nBudi;bukan email;\n");
        await page.GetByText("1 isian di orang.csv perlu diperbaiki").WaitForAsync();
        await KeepAsync(page, "import-problems");
        await UploadAsync(page, "Nama;Email;Peran\nSiti Nurhaliza;siti@contoh.id;\nBudi;budi@contoh.id;\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Tambahkan 2 orang" }).ClickAsync();
        await page.GetByText("2 orang ditambahkan").WaitForAsync();
        await KeepAsync(page, "import-done");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Unduh kata sandi" }).ClickAsync());
        var lines = (await File.ReadAllTextAsync(await download.PathAsync())).Split("\r\n");
        var code = lines[1].Split(',')[2];

        await using var newcomer = await browsing.VisitAsync(App, width: 360, height: 740);
        await newcomer.Page.GotoAsync("/login");
        await newcomer.Page.GetByLabel("Email").FillAsync("siti@contoh.id");
        await newcomer.Page.GetByLabel("Kata sandi", new() { Exact = true }).FillAsync(code);
        await newcomer.Page.Keyboard.PressAsync("Enter");
        await newcomer.Page.GetByRole(AriaRole.Heading, new() { Name = "Pilih kata sandi Anda" }).WaitForAsync();

        Assert.Empty(visit.Complaints);
        Assert.Empty(newcomer.Complaints);
    }

    [Fact]
    public async Task TheListIsSearchedByKeyboardAndDownloadedAsItIsFiltered()
    {
        await App.AddPersonAsync(name: "Siti Nurhaliza");
        await App.AddPersonAsync(name: "Budi Santoso");
        await using var visit = await browsing.VisitAsync(App, Admin);
        var page = visit.Page;

        await page.GotoAsync("/admin/karyawan");
        await page.UntilAsync("'ready' in document.documentElement.dataset");
        await page.EvaluateAsync("addEventListener('submit', (event) => { sessionStorage.sent = Number(sessionStorage.sent ?? 0) + !event.defaultPrevented; })");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("siti");
        await page.ActAndGoAsync("**/admin/karyawan?cari=siti", () => page.Keyboard.PressAsync("Enter"));
        Assert.Equal("1", await page.EvaluateAsync<string>("sessionStorage.sent"));
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).ClickAsync());
        var file = await File.ReadAllTextAsync(await download.PathAsync());

        Assert.Equal("karyawan.csv", download.SuggestedFilename);
        Assert.Contains("Siti Nurhaliza", file);
        Assert.DoesNotContain("Budi Santoso", file);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task WhoIsDeactivatedIsLoggedOutOfAnOpenPage()
    {
        var id = await App.AddPersonAsync(Roles.Admin, "Rina Mantan");
        using var session = await App.SignInAsync(id);
        await using var open = await browsing.VisitAsync(App, session);
        await open.Page.GotoAsync("/admin/dashboard");
        await open.Page.GetByRole(AriaRole.Status).GetByText("Live", new() { Exact = true }).First.WaitForAsync();
        await using var visit = await browsing.VisitAsync(App, Admin);
        var page = visit.Page;

        await page.GotoAsync($"/admin/karyawan/{id}");
        await page.GetByText("Nonaktifkan", new() { Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await open.Page.ActAndGoAsync("**/login", () => page.GetByRole(AriaRole.Button, new() { Name = "Ya, nonaktifkan" }).ClickAsync());
        await page.GetByText("Rina Mantan dinonaktifkan").WaitForAsync();

        Assert.False((await App.Services.GetRequiredService<Users>().FindAsync(id, CancellationToken.None))!.Active);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task SomebodyIsAddedAndGetsAPasswordToPassOn()
    {
        await using var visit = await browsing.VisitAsync(App, Admin, width: 360, height: 740);
        var page = visit.Page;
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });

        await page.GotoAsync("/admin/karyawan");
        await page.GetByRole(AriaRole.Link, new() { Name = "Tambah karyawan" }).ClickAsync();
        await page.GetByLabel("Nama lengkap").FillAsync("Siti Nurhaliza");
        await page.GetByLabel("Email").FillAsync("siti@contoh.id");
        await page.GetByRole(AriaRole.Button, new() { Name = "Simpan" }).ClickAsync();
        await page.GetByText("Siti Nurhaliza ditambahkan").WaitForAsync();
        await KeepAsync(page, "person-added");
        var password = await page.Locator("code").InnerTextAsync();

        var person = (await App.Services.GetRequiredService<Users>().FindAsync("siti@contoh.id", CancellationToken.None))!;
        Assert.True(await Passwords.CheckAsync(password, person.Password, null, CancellationToken.None));
        Assert.Empty(visit.Complaints);
    }

    private static async Task UploadAsync(IPage page, string csv)
    {
        await page.GetByLabel("Berkas", new() { Exact = true }).SetInputFilesAsync(new FilePayload { Name = "orang.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(csv) });
        await page.GetByRole(AriaRole.Button, new() { Name = "Periksa berkas" }).ClickAsync();
    }

    private static async Task KeepAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("ABSENSI_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }
}
