using Absensi.Cluster;
using Absensi.Core.Attendance;
using Absensi.Demo;
using Absensi.Features.Employees.Import;
using Absensi.Storage;
using Absensi.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.BrowserTests;

public enum Who { Nobody, Employee, Newcomer, Admin }

/// <summary>One node with sample people and history on a workday's morning, a browser to look at it, and the list of what there is to look at.</summary>
public sealed class Office : IAsyncLifetime
{
    public const string LongName = "Raden Mas Cokrodiningrat Wirahadikusumah Tjokronegoro-Hadiningrat Sastrowardoyo";

    private readonly Browsing _browsing = new();
    private readonly Dictionary<Who, TestClient?> _sessions = new() { [Who.Nobody] = null };
    private long _day, _longName, _worker, _import;

    /// <summary>Every page of the program, in the states that look different. A new page is one more line; one without a line fails a test.</summary>
    public static TheoryData<string, string, Who> Pages => new()
    {
        { "login", "/login", Who.Nobody },
        { "portal", "/dashboard", Who.Employee },
        { "portal-new", "/dashboard", Who.Newcomer },
        { "dashboard", "/admin/dashboard", Who.Admin },
        { "wall", "/admin/dashboard?layar=1", Who.Admin },
        { "history", "/riwayat", Who.Admin },
        { "history-own", "/riwayat", Who.Employee },
        { "history-empty", "/riwayat", Who.Newcomer },
        { "history-nothing", "/riwayat?cari=tidak-ada-orangnya", Who.Admin },
        { "history-wrong", "/riwayat?dari=2026-12-01&sampai=2026-11-01", Who.Admin },
        { "day", "/riwayat/{day}", Who.Admin },
        { "recap", "/rekap", Who.Admin },
        { "cluster", "/admin/klaster", Who.Admin },
        { "recap-print", "/rekap/cetak", Who.Admin },
        { "people", "/admin/karyawan", Who.Admin },
        { "people-none", "/admin/karyawan?cari=tidak-ada", Who.Admin },
        { "person", "/admin/karyawan/{person}", Who.Admin },
        { "person-new", "/admin/karyawan/baru", Who.Admin },
        { "import", "/admin/karyawan/impor", Who.Admin },
        { "import-preview", "/admin/karyawan/impor/{import}", Who.Admin },
        { "calendar", "/riwayat/kalender?karyawan={worker}", Who.Admin },
        { "calendar-own", "/riwayat/kalender", Who.Employee },
        { "profile", "/profil", Who.Newcomer },
        { "password", "/profil/sandi", Who.Employee },
        { "tokens", "/admin/token", Who.Admin },
        { "audit", "/admin/audit", Who.Admin },
        { "design", "/dev/design", Who.Nobody },
        { "offline", "/luring", Who.Nobody },
        { "forbidden", "/error/403", Who.Employee },
        { "missing", "/tidak-ada", Who.Employee },
        { "stale", "/error/419", Who.Employee },
        { "throttled", "/error/429", Who.Employee },
        { "fault", "/error/500", Who.Employee },
        { "away", "/error/503", Who.Employee },
    };

    public TestApp App { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _browsing.InitializeAsync();
        // A morning somewhere: the zone whose clock is nearest to ten on a workday, and work that began a little while ago.
        var zone = Enumerable.Range(-14, 27).Select(o => $"Etc/GMT{(o < 0 ? "" : "+")}{o}").MinBy(z => Unlike(Local(z)))!;
        var began = Local(zone).AddMinutes(-25);
        var start = new TimeOnly(began.Hour, began.Minute);
        App = await TestApp.StartAsync(("APP_TIMEZONE", zone), ("WORK_START", start.ToString("HH:mm")), ("APP_ENV", "development"));
        await new DemoData(App.Database, new WorkRules(start, TimeZoneInfo.FindSystemTimeZoneById(zone))).AddAsync(40, 40, 45, CancellationToken.None);
        // Of somebody whose work is not over today.
        const string late =
            """
            FROM attendances a WHERE status = 'Terlambat' AND jam_pulang IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM attendances t WHERE t.user_id = a.user_id AND t.date = @today AND (t.status = 'Alpha' OR t.jam_pulang IS NOT NULL))
            ORDER BY id DESC LIMIT 1
            """;
        var today = new { today = DateOnly.FromDateTime(Local(zone)) };
        _day = await App.Database.FirstAsync<long>("SELECT id " + late, today, CancellationToken.None);
        _worker = await App.Database.FirstAsync<long>("SELECT user_id " + late, today, CancellationToken.None);
        var worker = _sessions[Who.Employee] = await App.SignInAsync(_worker);
        if (await App.Database.FirstAsync<int>("SELECT COUNT(*) FROM attendances WHERE user_id = @_worker AND date = @today", new { _worker, today.today }, CancellationToken.None) == 0)
            await worker.ClockInAsync();
        var users = App.Services.GetRequiredService<Users>();
        _longName = (await users.AddAsync(LongName, "raden.mas@absensi.test", "none", Roles.Karyawan, false, DateTime.UtcNow, CancellationToken.None))!.Value;
        var newcomer = await users.AddAsync("Putri Ayu", "putri@absensi.test", "none", Roles.Karyawan, false, DateTime.UtcNow, CancellationToken.None);
        _sessions[Who.Newcomer] = await App.SignInAsync(newcomer!.Value);
        var admin = await App.AddPersonAsync(Roles.Admin, "Ibu Sari");
        _sessions[Who.Admin] = await App.SignInAsync(admin);
        _import = await StageAsync(admin);
        using var session = await App.SignInAsync(_longName);
        await session.ClockInAsync();
        // Now rather than by itself in a while: whoever a test adds by then would be absent on each of the old days.
        await App.Services.GetRequiredService<AbsenceJob>().RunAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        foreach (var session in _sessions.Values) session?.Dispose();
        await App.DisposeAsync();
        await _browsing.DisposeAsync();
    }

    /// <summary>That page, loaded and with its type, as that person's browser shows it.</summary>
    public async Task<Visit> VisitAsync(string name, string address, Who who, int width = 1440, int height = 900)
    {
        var visit = await OpenAsync(who, width, height);
        var real = address.Replace("{day}", $"{_day}", StringComparison.Ordinal).Replace("{person}", $"{_longName}", StringComparison.Ordinal)
            .Replace("{worker}", $"{_worker}", StringComparison.Ordinal).Replace("{import}", $"{_import}", StringComparison.Ordinal);
        var answer = await visit.Page.GotoAsync(real, new() { WaitUntil = Microsoft.Playwright.WaitUntilState.Load });
        Assert.Equal(StatusOf(name, address), answer!.Status);
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", answer.Headers["content-security-policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", answer.Headers["content-security-policy"], StringComparison.Ordinal);
        await visit.Page.UntilAsync("document.fonts.status === 'loaded'");
        return visit;
    }

    /// <summary>That person's browser, nothing loaded yet.</summary>
    public Task<Visit> OpenAsync(Who who, int width = 1440, int height = 900, bool motion = false) =>
        _browsing.VisitAsync(App, _sessions[who], width, height, motion: motion);

    /// <summary>A file of three new people, one of them an admin, one new name and one that is known.</summary>
    private async Task<long> StageAsync(long admin)
    {
        var known = await App.Database.QueryAsync<(string Name, string Email)>("SELECT name, email FROM users WHERE email LIKE '%demo%' ORDER BY id LIMIT 2", null, CancellationToken.None);
        ImportRow[] rows =
        [
            new(2, "Siti Nurhaliza", "siti.nurhaliza@contoh.co.id", Roles.Karyawan), new(3, "Bambang Pamungkas", "bambang@contoh.co.id", Roles.Karyawan),
            new(4, LongName, $"{new string('n', 60)}@contoh.co.id", Roles.Admin),
            new(5, $"{known[0].Name}, S.Kom.", known[0].Email, Roles.Karyawan), new(6, known[1].Name, known[1].Email, Roles.Karyawan),
        ];
        return await App.Services.GetRequiredService<Imports>().StageAsync("karyawan-baru-november.xlsx", rows, admin, CancellationToken.None);
    }

    private static int StatusOf(string name, string address) =>
        name == "missing" ? 404 : name == "history-wrong" ? 400 : address.StartsWith("/error/", StringComparison.Ordinal) ? int.Parse(address[^3..], System.Globalization.CultureInfo.InvariantCulture) : 200;

    private static DateTime Local(string zone) => TimeZoneInfo.ConvertTimeFromUtc(DateTime.UtcNow, TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static double Unlike(DateTime local) => Math.Abs(local.TimeOfDay.TotalHours - 10) + (local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 24 : 0);
}

[CollectionDefinition(nameof(Office))]
public sealed class OfficeIsShared : ICollectionFixture<Office>;
