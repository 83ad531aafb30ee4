using System.Text.Json;
using Absensi.Features.History;
using Absensi.Storage;

namespace Absensi.Tests.Features.History;

public class HistoryListTests : IAsyncLifetime
{
    private TestApp _app = null!;

    protected virtual Task<TestApp> StartAsync() => TestApp.StartAsync();

    public async Task InitializeAsync() => _app = await StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task PagesHoldEveryRowOnceInBothDirectionsWhileRowsAreAdded()
    {
        using var admin = await _app.NewAdminAsync();
        var people = await PeopleAsync(3);
        await _app.AddAsync(people.SelectMany(p => Enumerable.Range(1, 28).SelectMany(d => Past.Day(p.Id, p.Name, $"2026-02-{d:00}", "08:00:00"))));

        var forwards = new List<long>();
        string? place = null, back = null;
        var added = 0;
        do
        {
            var page = (await admin.GetAsync($"/riwayat?sebelum={place}")).Json;
            forwards.AddRange(Ids(page));
            place = page.GetProperty("older").GetString();
            back = page.GetProperty("newer").GetString();
            await _app.AddAsync(Past.Day(people[0].Id, people[0].Name, $"2026-03-{++added:00}", "08:00:00"));
        }
        while (place is not null);
        var backwards = new List<long>();
        while (back is not null)
        {
            var page = (await admin.GetAsync($"/riwayat?sesudah={back}&sampai=2026-02-28")).Json;
            backwards.InsertRange(0, Ids(page));
            back = page.GetProperty("newer").GetString();
        }

        Assert.Equal(84, forwards.Count);
        Assert.Equal(84, forwards.Distinct().Count());
        Assert.Equal(forwards.Take(75), backwards);
    }

    [Fact]
    public async Task EachFilterLetsThroughWhatItSaysAndCountsIt()
    {
        using var admin = await _app.NewAdminAsync();
        var ani = await _app.AddPersonAsync(name: "Ani 100%");
        var budi = await _app.AddPersonAsync(name: "Budi_O'Neil");
        await _app.AddAsync(
        [
            .. Past.Day(ani, "Ani 100%", "2026-02-02", "08:00:00", "17:00:00"), .. Past.Day(ani, "Ani 100%", "2026-02-03", "09:00:00", "12:00:00", "app-node-2"),
            .. Past.Day(budi, "Budi_O'Neil", "2026-02-03", "08:00:00"), .. Past.Absent(budi, "Budi_O'Neil", "2026-02-04"),
        ]);

        async Task<string> Found(string query)
        {
            var page = (await admin.GetAsync($"/riwayat?{query}")).Json;
            var rows = page.GetProperty("data").EnumerateArray().Select(r => $"{r.GetProperty("user_name").GetString()![..3]} {r.GetProperty("date").GetString()![8..]}").ToList();
            Assert.Equal((rows.Count, false), (page.GetProperty("count").GetInt32(), page.GetProperty("count_is_more").GetBoolean()));
            return string.Join(", ", rows);
        }

        Assert.Equal("Bud 04, Bud 03, Ani 03, Ani 02", await Found(""));
        Assert.Equal("Bud 03, Ani 03", await Found("dari=2026-02-03&sampai=2026-02-03"));
        Assert.Equal("Ani 03", await Found("status=terlambat"));
        Assert.Equal("Bud 04", await Found("status=Alpha"));
        Assert.Equal("Ani 03", await Found("node=app-node-2"));
        Assert.Equal("Ani 02", await Found("durasi_min=181"));
        Assert.Equal("Ani 03", await Found("durasi_maks=180&node=app-node-2&status=Terlambat"));
        Assert.Equal("", await Found("node=app-node-2&status=Hadir"));
        Assert.Equal("Ani 03, Ani 02", await Found("cari=%25"));
        Assert.Equal("Bud 04, Bud 03", await Found("cari=_o"));
        Assert.Equal("Bud 04", await Found("cari=O%27n&status=Alpha"));
        Assert.Equal("", await Found("cari=%27+OR+1%3D1+--"));
        Assert.Equal("", await Found("cari=!"));
        Assert.Empty(Ids((await admin.GetAsync("/riwayat?sebelum=0001-01-01.1")).Json));
        Assert.Empty(Ids((await admin.GetAsync("/riwayat?sesudah=9999-12-31.9223372036854775807")).Json));
        Assert.Equal("", await Found("dari=9999-12-31"));
    }

    [Fact]
    public async Task ManyPeopleOfOneNameAreFoundAsSurelyAsAFew()
    {
        using var admin = await _app.NewAdminAsync();
        var people = await PeopleAsync(HistoryScope.FewPeople + 3);
        await _app.AddAsync(people.SelectMany(p => Past.Day(p.Id, p.Name, "2026-02-02", "08:00:00")));

        var many = (await admin.GetAsync("/riwayat?cari=karyawan")).Json;
        var few = (await admin.GetAsync("/riwayat?cari=karyawan+1")).Json;

        Assert.Equal((people.Count, HistoryQuery.PageSize), (many.GetProperty("count").GetInt32(), Ids(many).Count));
        Assert.Equal(people.Count(p => p.Name.StartsWith("Karyawan 1", StringComparison.Ordinal)), Ids(few).Count);
    }

    [Fact]
    public async Task FewRowsAmongManyAreFoundInBothDirections()
    {
        using var admin = await _app.NewAdminAsync();
        var people = await PeopleAsync(80);
        var first = new DateOnly(2026, 1, 1);
        await _app.AddAsync(Enumerable.Range(0, 30).SelectMany(d => people.SelectMany((p, i) => Past.Day(p.Id, p.Name, $"{first.AddDays(d):yyyy-MM-dd}", "08:00:00", i == 7 ? "17:00:00" : null))));

        var newest = (await admin.GetAsync("/riwayat?durasi_min=1")).Json;
        var oldest = (await admin.GetAsync($"/riwayat?durasi_min=1&sebelum={newest.GetProperty("older").GetString()}")).Json;
        var again = (await admin.GetAsync($"/riwayat?durasi_min=1&sesudah={oldest.GetProperty("newer").GetString()}")).Json;

        Assert.Equal((25, 5), (Ids(newest).Count, Ids(oldest).Count));
        Assert.Equal(30, Ids(newest).Concat(Ids(oldest)).Distinct().Count());
        Assert.Equal(Ids(newest), Ids(again));
        Assert.Equal(JsonValueKind.Null, oldest.GetProperty("older").ValueKind);
    }

    [Fact]
    public async Task CountingStopsAtAThousandAndSaysSo()
    {
        using var admin = await _app.NewAdminAsync();
        var people = await PeopleAsync(40);
        await _app.AddAsync(people.SelectMany(p => Enumerable.Range(1, 26).SelectMany(d => Past.Day(p.Id, p.Name, $"2026-01-{d:00}", "08:00:00"))));

        foreach (var query in new[] { "", "cari=karyawan", "status=Hadir", "node=app-node-1&durasi_min=0" })
        {
            var page = (await admin.GetAsync($"/riwayat?{query}")).Json;
            var expected = query.Contains("durasi", StringComparison.Ordinal) ? (0, false) : (HistoryQuery.CountLimit, true);
            Assert.Equal(expected, (page.GetProperty("count").GetInt32(), page.GetProperty("count_is_more").GetBoolean()));
        }
    }

    [Fact]
    public async Task AnEmployeeSeesAndExportsTheirOwnRowsOnly()
    {
        var id = await _app.AddPersonAsync(name: "Saya");
        var other = await _app.AddPersonAsync(name: "Orang Lain");
        await _app.AddAsync([.. Past.Day(id, "Saya", "2026-02-02", "08:00:00"), .. Past.Day(other, "Orang Lain", "2026-02-02", "08:00:00")]);
        using var me = await _app.SignInAsync(id);

        var list = (await me.GetAsync("/riwayat")).Json;
        var search = (await me.GetAsync("/riwayat?cari=orang")).Json;
        var file = await me.GetAsync("/riwayat/export?format=csv&cari=");
        var detail = await me.GetAsync("/riwayat/2");

        Assert.Equal([1], Ids(list));
        Assert.Empty(Ids(search));
        Assert.Contains("Saya", file.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Orang Lain", file.Body, StringComparison.Ordinal);
        Assert.Equal((403, "Anda tidak memiliki akses ke data ini"), (detail.Status, detail.Message));
    }

    private async Task<List<(long Id, string Name)>> PeopleAsync(int count)
    {
        var people = new List<(long, string)>();
        for (var i = 1; i <= count; i++) people.Add((await _app.AddPersonAsync(Roles.Karyawan, $"Karyawan {i}"), $"Karyawan {i}"));
        return people;
    }

    private static List<long> Ids(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("id").GetInt64()).ToList();
}

[Collection("server")]
public sealed class HistoryListOnServerTests(Storage.SharedServer server) : HistoryListTests
{
    protected override async Task<TestApp> StartAsync() => await TestApp.StartAsync(await server.NewDatabaseAsync());
}
