using Absensi.Features.History;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features.History;

public class CalendarTests : IAsyncLifetime
{
    private TestApp _app = null!;

    protected virtual Task<TestApp> StartAsync() => TestApp.StartAsync();

    public async Task InitializeAsync() => _app = await StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task AMonthTellsEachOfItsDaysAndTheirSums()
    {
        var (ani, budi) = (await _app.AddPersonAsync(name: "Ani"), await _app.AddPersonAsync(name: "Budi"));
        await _app.AddAsync(
        [
            .. Past.Day(ani, "Ani", "2026-01-31", "08:00:00", "17:00:00"),
            .. Past.Day(ani, "Ani", "2026-02-02", "08:00:00", "17:00:00"),
            .. Past.Day(ani, "Ani", "2026-02-03", "09:00:00"),
            .. Past.Absent(ani, "Ani", "2026-02-04"),
            .. Past.Day(ani, "Ani", "2026-02-07", "08:10:00", "12:00:00"),
            .. Past.Day(ani, "Ani", "2026-03-01", "08:00:00", "17:00:00"),
            .. Past.Day(budi, "Budi", "2026-02-05", "08:00:00", "17:00:00"),
        ]);

        var month = (await _app.Services.GetRequiredService<CalendarQuery>().OfAsync(ani, new DateOnly(2026, 2, 1), new DateOnly(2026, 2, 10), CancellationToken.None))!;

        Assert.Equal(("Ani", 28, 3, 1, 1, 770), (month.Name, month.Days.Count, month.Present, month.Late, month.Absent, month.WorkedMinutes));
        Assert.Equal(["Hadir", "Terlambat", "Alpha", "Hadir"], month.Days.Where(d => d.Row is not null).Select(d => d.Row!.Status));
        Assert.Equal(
            [DayKind.Weekend, DayKind.Recorded, DayKind.Recorded, DayKind.Recorded, DayKind.Nothing, DayKind.Nothing, DayKind.Recorded, DayKind.Weekend, DayKind.Nothing, DayKind.Pending],
            month.Days.Take(10).Select(d => d.Kind));
        Assert.Equal(new TimeOnly(9, 0), TimeOnly.FromDateTime(month.Days[2].Row!.JamMasuk!.Value));
    }

    [Fact]
    public async Task AMonthWithoutARowIsStillAMonthAndNobodyHasNone()
    {
        var query = _app.Services.GetRequiredService<CalendarQuery>();
        var ani = await _app.AddPersonAsync();

        var month = await query.OfAsync(ani, new DateOnly(2024, 2, 1), new DateOnly(2026, 2, 10), CancellationToken.None);

        Assert.Equal((29, 0), (month!.Days.Count, month.Present));
        Assert.Null(await query.OfAsync(ani + 1, new DateOnly(2024, 2, 1), new DateOnly(2026, 2, 10), CancellationToken.None));
    }

    [Fact]
    public async Task OnesOwnMonthIsOnesOwnAndAnAdminSeesAnybodys()
    {
        using var admin = await _app.NewAdminAsync();
        var ani = await _app.AddPersonAsync(name: "<b>Ani</b>");
        using var employee = await _app.SignInAsync(ani);
        await _app.AddAsync(Past.Day(ani, "Ani", "2026-02-02", "08:31:00"));

        Assert.Equal(28, (await employee.GetAsync("/riwayat/kalender?bulan=2026-02")).Json.GetProperty("data").GetProperty("days").GetArrayLength());
        Assert.Equal(200, (await employee.GetAsync($"/riwayat/kalender?karyawan={ani}")).Status);
        Assert.Equal(403, (await employee.GetAsync("/riwayat/kalender?karyawan=1")).Status);
        Assert.Equal(1, (await admin.GetAsync($"/riwayat/kalender?karyawan={ani}&bulan=2026-02")).Json.GetProperty("data").GetProperty("late").GetInt32());
        Assert.Equal("/admin/karyawan", (await admin.GetAsync("/riwayat/kalender", json: false)).Header("Location"));
        foreach (var month in new[] { "2026-02", "2000-01", "2100-12" })
        {
            var page = await admin.GetAsync($"/riwayat/kalender?karyawan={ani}&bulan={month}", json: false);
            Assert.Equal(200, page.Status);
            Assert.DoesNotContain("<b>Ani", page.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("karyawan=1&bulan=2026-13", 400)]
    [InlineData("karyawan=x", 400)]
    [InlineData("karyawan=-1", 400)]
    [InlineData("karyawan=99999999999999999999", 400)]
    [InlineData("karyawan=999", 404)]
    public async Task AMonthOrPersonThatDoesNotExistIsRefused(string query, int status)
    {
        using var admin = await _app.NewAdminAsync();

        foreach (var json in new[] { true, false }) Assert.Equal(status, (await admin.GetAsync($"/riwayat/kalender?{query}", json)).Status);
    }
}

[Collection("server")]
public sealed class CalendarOnServerTests(Storage.SharedServer server) : CalendarTests
{
    protected override async Task<TestApp> StartAsync() => await TestApp.StartAsync(await server.NewDatabaseAsync());
}
