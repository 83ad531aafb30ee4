using Absensi.Demo;
using Absensi.Storage;
using Absensi.Tests;

namespace Absensi.BrowserTests;

/// <summary>
/// Every page, wide and narrow, light and dark, with sample data. With ABSENSI_SCREENSHOTS=FOLDER the pictures are kept:
/// that is where those in the README come from.
/// </summary>
public sealed class EveryPageTests(Browsing browsing) : IClassFixture<Browsing>, IAsyncLifetime
{
    private TestApp _app = null!;
    private TestClient _admin = null!, _employee = null!;
    private long _day;

    public static TheoryData<string, string> Pages => new()
    {
        { "login", "/login" },
        { "portal", "/dashboard" },
        { "dashboard", "/admin/dashboard" },
        { "wall", "/admin/dashboard?layar=1" },
        { "history", "/riwayat" },
        { "day", "/riwayat/{day}" },
        { "recap", "/rekap" },
        { "cluster", "/admin/klaster" },
        { "profile", "/profil" },
        { "tokens", "/admin/token" },
        { "audit", "/admin/audit" },
        { "missing", "/tidak-ada" },
    };

    public async Task InitializeAsync()
    {
        // A morning somewhere: the zone whose clock is nearest to ten on a workday, and work that began a little while ago.
        var zone = Enumerable.Range(-14, 27).Select(o => $"Etc/GMT{(o < 0 ? "" : "+")}{o}").MinBy(z => Unlike(Local(z)))!;
        var start = TimeOnly.FromDateTime(Local(zone)).AddMinutes(-25);
        _app = await TestApp.StartAsync(("APP_TIMEZONE", zone), ("WORK_START", start.ToString("HH:mm")));
        await new DemoData(_app.Database, new Core.Attendance.WorkRules(start, TimeZoneInfo.FindSystemTimeZoneById(zone))).AddAsync(40, 40, 45, CancellationToken.None);
        var someone = await _app.Database.FirstAsync<long>("SELECT user_id FROM attendances WHERE status = 'Terlambat' AND jam_pulang IS NOT NULL ORDER BY id DESC LIMIT 1", null, CancellationToken.None);
        _day = await _app.Database.FirstAsync<long>("SELECT id FROM attendances WHERE status = 'Terlambat' AND jam_pulang IS NOT NULL ORDER BY id DESC LIMIT 1", null, CancellationToken.None);
        _admin = await _app.SignInAsync(await _app.AddPersonAsync(Roles.Admin, "Ibu Sari"));
        _employee = await _app.SignInAsync(someone);
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        _employee.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task APageFitsItsScreenAndComplainsOfNothing(string name, string address)
    {
        foreach (var (width, height) in ((int, int)[])[(1440, 900), (360, 740)])
        {
            foreach (var dark in (bool[])[false, true])
            {
                var session = name switch { "login" => null, "portal" => _employee, _ => _admin };
                await using var visit = await browsing.VisitAsync(_app, session, width, height, dark);

                var answer = await visit.Page.GotoAsync(address.Replace("{day}", $"{_day}"), new() { WaitUntil = Microsoft.Playwright.WaitUntilState.Load });
                await visit.Page.WaitForFunctionAsync("document.fonts.status === 'loaded'");
                var overflow = await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

                Assert.Equal(name == "missing" ? 404 : 200, answer!.Status);
                Assert.True(overflow <= 0, $"{name} is {overflow} px too wide at {width} px");
                Assert.Empty(visit.Complaints);
                if (Environment.GetEnvironmentVariable("ABSENSI_SCREENSHOTS") is { Length: > 0 } folder)
                {
                    if (name == "portal") await visit.Page.GetByText("Lokasi siap").Or(visit.Page.GetByText("Selesai")).First.WaitForAsync();
                    await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{width}-{(dark ? "dark" : "light")}.png") });
                }
            }
        }
    }

    private static DateTime Local(string zone) => TimeZoneInfo.ConvertTimeFromUtc(DateTime.UtcNow, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static double Unlike(DateTime local) => Math.Abs(local.TimeOfDay.TotalHours - 10) + (local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 24 : 0);
}
