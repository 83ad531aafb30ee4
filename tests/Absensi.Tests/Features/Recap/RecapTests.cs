using System.IO.Compression;
using System.Xml.Linq;
using Absensi.Features.Recap;
using Absensi.Tests.Features.History;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features.Recap;

public class RecapTests : IAsyncLifetime
{
    private TestApp _app = null!;

    protected virtual Task<TestApp> StartAsync() => TestApp.StartAsync();

    public async Task InitializeAsync() => _app = await StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task AMonthIsCountedByPersonAndByDay()
    {
        using var admin = await _app.NewAdminAsync();
        await HistoryOfFebruaryAsync();

        var answer = (await admin.GetAsync("/rekap?bulan=2026-02")).Json.GetProperty("data");
        var people = answer.GetProperty("people").EnumerateArray().Select(p => p.ToString()).ToList();
        var days = answer.GetProperty("days").EnumerateArray().Select(d => d.ToString()).ToList();

        Assert.Equal(
        [
            """{"user_id":2,"name":"ani","present":3,"late":1,"absent":0,"not_out":1,"worked_minutes":1020,"average_arrival":"08:20:00"}""",
            """{"user_id":3,"name":"Budi","present":0,"late":0,"absent":1,"not_out":0,"worked_minutes":0,"average_arrival":null}""",
            """{"user_id":4,"name":"Citra","present":0,"late":0,"absent":0,"not_out":0,"worked_minutes":0,"average_arrival":null}""",
        ], people);
        Assert.Equal(
        [
            """{"date":"2026-02-02","present":1,"late":0,"absent":1,"worked_minutes":540}""",
            """{"date":"2026-02-03","present":1,"late":1,"absent":0,"worked_minutes":480}""",
            """{"date":"2026-02-28","present":1,"late":0,"absent":0,"worked_minutes":0}""",
        ], days);
    }

    [Fact]
    public async Task WhoLeftIsStillInTheMonthsTheyWorkedAndWhoCameLaterIsNot()
    {
        var gone = await _app.AddPersonAsync(name: "Mantan");
        var neverThere = await _app.AddPersonAsync(name: "Tidak Pernah");
        await _app.AddAsync(Past.Day(gone, "Mantan", "2024-12-02", "08:00:00"));
        await _app.Database.ExecuteAsync("UPDATE users SET active = 0 WHERE id IN (@gone, @neverThere)", new { gone, neverThere }, CancellationToken.None);
        await _app.AddPersonAsync(name: "Baru");

        var recap = await _app.Services.GetRequiredService<RecapQuery>().OfAsync(new DateOnly(2024, 12, 1), new DateOnly(2026, 1, 1), CancellationToken.None);

        Assert.Equal("Mantan", Assert.Single(recap.People).Name);
    }

    [Fact]
    public async Task TheFilesSayTheSameAsThePage()
    {
        using var admin = await _app.NewAdminAsync();
        await HistoryOfFebruaryAsync();

        var csv = (await admin.GetAsync("/rekap/export?bulan=2026-02&format=csv")).Body;
        var byDay = (await admin.GetAsync("/rekap/export?bulan=2026-02&format=csv&per=hari")).Body;
        using var workbook = new ZipArchive(await admin.Http.GetStreamAsync("/rekap/export?bulan=2026-02&format=xlsx"));
        using var days = workbook.GetEntry("xl/worksheets/sheet2.xml")!.Open();

        Assert.Equal(
            """
            ID Karyawan,Nama,Hari Masuk,Terlambat,Alpha,Tanpa Pulang,Menit Kerja,Rata-rata Masuk
            2,ani,3,1,0,1,1020,08:20:00
            3,Budi,0,0,1,0,0,
            4,Citra,0,0,0,0,0,

            """.ReplaceLineEndings("\r\n"), csv.TrimStart('\uFEFF'));
        Assert.Equal(
            """
            Tanggal,Masuk,Terlambat,Alpha,Menit Kerja
            2026-02-02,1,0,1,540
            2026-02-03,1,1,0,480
            2026-02-28,1,0,0,0

            """.ReplaceLineEndings("\r\n"), byDay.TrimStart('\uFEFF'));
        Assert.Equal(4, XElement.Load(days).Descendants().Count(e => e.Name.LocalName == "row"));
    }

    [Fact]
    public async Task PagesShowAMonthWithNamesThatAreMarkup()
    {
        using var admin = await _app.NewAdminAsync();
        var id = await _app.AddPersonAsync(name: "<b>Ani</b>");
        await _app.AddAsync(Past.Day(id, "Ani", "2026-02-02", "08:31:00"));

        foreach (var path in new[] { "/rekap?bulan=2026-02", "/rekap/cetak?bulan=2026-02", "/rekap", "/rekap/cetak", "/rekap?bulan=2100-12", "/rekap?bulan=2000-01" })
        {
            var page = await admin.GetAsync(path, json: false);
            Assert.Equal(200, page.Status);
            Assert.DoesNotContain("<b>Ani", page.Body, StringComparison.Ordinal);
        }
    }

    private async Task HistoryOfFebruaryAsync()
    {
        var (ani, budi, _) = (await _app.AddPersonAsync(name: "ani"), await _app.AddPersonAsync(name: "Budi"), await _app.AddPersonAsync(name: "Citra"));
        await _app.AddAsync(
        [
            .. Past.Day(ani, "ani", "2026-01-31", "08:00:00", "17:00:00"),
            .. Past.Day(ani, "ani", "2026-02-02", "08:00:00", "17:00:00"),
            .. Past.Day(ani, "ani", "2026-02-03", "09:00:00", "17:00:00"),
            .. Past.Day(ani, "ani", "2026-02-28", "08:00:00"),
            .. Past.Absent(budi, "Budi", "2026-02-02"),
            .. Past.Day(ani, "ani", "2026-03-01", "08:00:00"),
        ]);
    }
}

[Collection("server")]
public sealed class RecapOnServerTests(Storage.SharedServer server) : RecapTests
{
    protected override async Task<TestApp> StartAsync() => await TestApp.StartAsync(await server.NewDatabaseAsync());
}
