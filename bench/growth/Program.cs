using System.Diagnostics;
using Absensi.Bench;
using Absensi.Core.Attendance;
using Absensi.Features.Dashboard;
using Absensi.Features.History;
using Absensi.Features.Recap;
using Absensi.Storage;
using Microsoft.AspNetCore.DataProtection;

// What a person waits for, on histories of different lengths; p50 and p99 in ms, and p99 beside the shortest history's.
// growth [sqlite|mariadb] [rows…]
var kind = args.Length > 0 ? args[0] : "sqlite";
var sizes = args.Length > 1 ? args[1..].Select(int.Parse).ToArray() : [100_000, 1_000_000, 5_000_000];
const int rounds = 1000;
var rules = new WorkRules(new TimeOnly(8, 30), TimeZoneInfo.FindSystemTimeZoneById("Asia/Jakarta"));
var folder = Directory.CreateTempSubdirectory("absensi-growth-").FullName;
var offices = new List<Office>();
await using var server = await Server.StartAsync(kind, folder);
try
{
    foreach (var size in sizes)
    {
        var watch = Stopwatch.StartNew();
        var database = Database.From(Server.Settings(await server.NewDatabaseAsync($"{size}")));
        await Seed.FillAsync(database, size);
        offices.Add(await Office.OpenAsync(database, rules));
        Console.Error.WriteLine($"{size:N0} rows made in {watch.Elapsed.TotalSeconds:F0} s");
    }

    Console.WriteLine($"{server.Name,-34}{string.Concat(sizes.Select(s => $"{s.ToString("N0") + " rows",24}"))}");
    foreach (var (name, run) in Office.Work)
    {
        // The sizes take turns, so that whatever else the machine does meets all of them alike.
        var times = offices.Select(_ => new List<double>(rounds)).ToArray();
        for (var round = -20; round < rounds; round++)
        {
            for (var i = 0; i < offices.Count; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await run(offices[i]);
                if (round >= 0) times[i].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        foreach (var t in times) t.Sort();
        Console.WriteLine($"{name,-34}" + string.Concat(times.Select(t => $"{t[rounds / 2],8:F2} {t[rounds * 99 / 100],7:F2} {t[rounds * 99 / 100] / times[0][rounds * 99 / 100],6:F2}x")));
    }
}
finally
{
    foreach (var office in offices) await office.Database.DisposeAsync();
    Directory.Delete(folder, recursive: true);
}

internal sealed record Office(Database Database, DashboardQuery Dashboard, HistoryQuery History, RecapQuery Recap, Place Deep, Place Oldest, DateOnly Month)
{
    private const long Somebody = 500;

    public static readonly (string Name, Func<Office, Task> Run)[] Work =
    [
        ("dashboard data", o => o.Dashboard.DataAsync(CancellationToken.None)),
        ("history, first page and count", o => o.PageAsync(HistoryFilter.Everything)),
        ("history, page 1,000", o => o.PageAsync(HistoryFilter.Everything with { Before = o.Deep })),
        ("history, the oldest page", o => o.PageAsync(HistoryFilter.Everything with { Before = o.Oldest })),
        ("history, late ones, first page", o => o.PageAsync(HistoryFilter.Everything with { Status = AttendanceStatus.Terlambat })),
        ("name search, one person", o => o.PageAsync(HistoryFilter.Everything with { Search = "Karyawan 499 " })),
        ("name search, everybody", o => o.PageAsync(HistoryFilter.Everything with { Search = "nusantara" })),
        ("name search, nobody", o => o.PageAsync(HistoryFilter.Everything with { Search = "tidak ada" })),
        ("one's own list, first page", o => o.PageAsync(HistoryFilter.Everything, Somebody)),
        ("one person's month", o => o.PageAsync(HistoryFilter.Everything with { From = o.Month, To = o.Month.AddMonths(1).AddDays(-1) }, Somebody)),
        ("recap of 1,000 people", o => o.Recap.OfAsync(o.Month, Seed.Today(), CancellationToken.None)),
    ];

    public static async Task<Office> OpenAsync(Database database, WorkRules rules)
    {
        var history = new HistoryQuery(database);
        Place? deep = null;
        for (var page = 1; page < 1000; page++) deep = (await history.PageAsync(HistoryFilter.Everything with { Before = deep }, null, CancellationToken.None)).Older;
        var month = new DateOnly(Seed.Today().Year, Seed.Today().Month, 1).AddMonths(-1);
        var first = await database.FirstAsync<DateOnly>("SELECT MIN(date) FROM attendances", null, CancellationToken.None);
        return new Office(database, new DashboardQuery(database, new Absensi.Storage.EventLog(database), new Nodes(database), new RedisCache(null, new EphemeralDataProtectionProvider()), rules), history, new RecapQuery(database, rules), deep!, new Place(first.AddDays(1), 0), month);
    }

    private async Task PageAsync(HistoryFilter filter, long? onlyUser = null)
    {
        await History.PageAsync(filter, onlyUser, CancellationToken.None);
        await History.CountAsync(filter, onlyUser, CancellationToken.None);
    }
}
