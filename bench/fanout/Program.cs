using System.Diagnostics;
using System.Globalization;
using Absensi;
using Absensi.Commands;
using Absensi.Core.Attendance;
using Absensi.Feed;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using EventLog = Absensi.Storage.EventLog;

// Clocks people in and out at a steady rate the way a node does, HTTP apart: one writer, one commit, the doorbell.
// fanout-writer prepare PEOPLE   makes the database and prints an admin's session token
// fanout-writer write RATE       writes two events a person and prints "id milliseconds-since-1970" after each commit
var settings = Settings.Read(nodeId: "bench-writer");
await using var database = Database.From(settings);
if (args is ["prepare", var people]) return await PrepareAsync(int.Parse(people, CultureInfo.InvariantCulture));
if (args is ["write", var rate]) return await WriteAsync(int.Parse(rate, CultureInfo.InvariantCulture));
await Console.Error.WriteLineAsync("fanout-writer: type prepare PEOPLE or write RATE");
return 2;

async Task<int> PrepareAsync(int count)
{
    await MigrateCommand.MigrateAsync(database, CancellationToken.None);
    await database.ExecuteAsync("INSERT INTO users (id, name, email, password, role) VALUES (@id, @name, @email, 'none', @role)",
        Enumerable.Range(1, count + 1).Select(id => new { id, name = $"Karyawan {id} Nusantara", email = $"orang{id}@absensi.test", role = id == 1 ? Roles.Admin : Roles.Karyawan }),
        CancellationToken.None);
    using var sessions = new Sessions(database, settings);
    Console.WriteLine(await sessions.StartAsync(1, null, null, CancellationToken.None));
    return 0;
}

async Task<int> WriteAsync(int perSecond)
{
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Services.AddDataProtection();
    builder.Services.AddSingleton(new EventLog(database));
    builder.Services.AddFeed(settings.Redis, forScreens: false);
    builder.Services.AddSingleton(p => ActivatorUtilities.CreateInstance<LedgerWriter>(p, database, settings.Rules));
    builder.Services.AddSingleton(p => ActivatorUtilities.CreateInstance<AttendanceWriter>(p, database, settings.Rules, settings.NodeId));
    builder.Services.AddHostedService(p => p.GetRequiredService<AttendanceWriter>());
    using var host = builder.Build();
    var writer = host.Services.GetRequiredService<AttendanceWriter>();
    var ledger = host.Services.GetRequiredService<LedgerWriter>();
    ledger.Committed += entries =>
    {
        var now = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
        foreach (var entry in entries) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Id} {now:F3}"));
    };
    host.Services.RingFor(ledger);
    await host.StartAsync();
    while (settings.Redis is not null && host.Services.GetRequiredService<RedisLink>().Current is null) await Task.Delay(50);

    var ids = await database.QueryAsync<long>("SELECT id FROM users WHERE role = 'karyawan' ORDER BY id", null, CancellationToken.None);
    var clock = Stopwatch.StartNew();
    var taps = new List<Task>();
    foreach (var kind in new[] { ClockKind.In, ClockKind.Out })
    {
        foreach (var id in ids)
        {
            var due = TimeSpan.FromSeconds((double)taps.Count / perSecond) - clock.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due);
            taps.Add(TapAsync(new ClockRequest(id, kind, new Position(-6.2088, 106.8456), null, Guid.NewGuid().ToString(), Stopwatch.GetTimestamp())));
        }

        await Task.WhenAll(taps);
    }

    await host.StopAsync();
    return 0;

    // As a phone does: told to ask again, it asks again with the same key.
    async Task TapAsync(ClockRequest tap)
    {
        while (true)
        {
            try
            {
                await writer.ClockAsync(tap);
                return;
            }
            catch (StorageUnavailableException)
            {
                await Task.Delay(200);
            }
        }
    }
}
