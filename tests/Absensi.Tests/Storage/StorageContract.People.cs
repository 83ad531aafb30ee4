using Absensi.Commands;
using Absensi.Core.Attendance;
using Absensi.Features.History;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Storage;

public abstract partial class StorageContract
{
    [Fact]
    public async Task FourProcessesMayMigrateAtOnce()
    {
        _environment = await NewDatabaseAsync();
        var nodes = new List<StorageNode>();
        for (var i = 0; i < 4; i++) nodes.Add(await StartNodeAsync($"app-node-{i}"));

        var applied = await Task.WhenAll(nodes.Select(n => Task.Run(() => MigrateCommand.MigrateAsync(n.Database, CancellationToken.None))));

        Assert.Single(applied, a => a.Count > 0);
        Assert.Empty(await MigrateCommand.MigrateAsync(nodes[0].Database, CancellationToken.None));
        await new Migrator(nodes[3].Database).RequireCurrentAsync(CancellationToken.None);
    }

    [Fact]
    public async Task ANodeOnAnEmptyDatabaseIsToldToMigrate()
    {
        _environment = await NewDatabaseAsync();
        var node = await StartNodeAsync("app-node-1");
        await node.Database.Dialect.CreateAsync(CancellationToken.None);

        var fault = await Assert.ThrowsAsync<StorageException>(() => new Migrator(node.Database).RequireCurrentAsync(CancellationToken.None));

        Assert.Contains("absensi migrate", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASchemaNewerThanTheProgramIsLeftAlone()
    {
        await _node.Database.ExecuteAsync("INSERT INTO schema_migrations (version, name) VALUES (9999, 'from_the_future')", null, CancellationToken.None);

        await Assert.ThrowsAsync<StorageException>(() => MigrateCommand.MigrateAsync(_node.Database, CancellationToken.None));
    }

    [Fact]
    public async Task WhatOneNodeSealsAnotherOpens()
    {
        var other = await StartNodeAsync("app-node-2");

        var sealed_ = Protector(_node.Database).Protect("formulir");

        Assert.Equal("formulir", Protector(other.Database).Unprotect(sealed_));
        Assert.Single(new SharedKeyRing(other.Database).GetAllElements());
    }

    [Fact]
    public async Task AnAddressIsTakenWhateverItsCase()
    {
        var id = await _node.Users.AddAsync("Siti", "Siti@Absensi.test", "hash", Roles.Admin, true, new DateTime(2025, 1, 2, 3, 4, 5), CancellationToken.None);
        var again = await _node.Users.AddAsync("Siti", "siti@absensi.TEST", "hash", Roles.Karyawan, false, new DateTime(2025, 1, 2), CancellationToken.None);

        var found = await _node.Users.FindAsync("SITI@absensi.test", CancellationToken.None);

        Assert.Null(again);
        Assert.Equal((id, "siti@absensi.test", true, true, true), (found!.Id, found.Email, found.IsAdmin, found.Active, found.MustChangePassword));
        Assert.True(await _node.Users.AnyAdminAsync(CancellationToken.None));
    }

    private static Sessions SessionsOf(Database database, Settings settings) => new(database, settings);

    [Fact]
    public async Task ASessionIsKnownToEveryNodeUntilItEnds()
    {
        var other = await StartNodeAsync("app-node-2");
        using var here = SessionsOf(_node.Database, _node.Settings);
        using var there = SessionsOf(other.Database, other.Settings);
        var person = await _node.AddPersonAsync("Budi");

        var token = await here.StartAsync(person, "127.0.0.1", "peramban", CancellationToken.None);
        var found = await there.FindAsync(token, CancellationToken.None);
        var alive = await there.AliveAsync([(found!.SessionId, Roles.Karyawan), (new string('0', 64), Roles.Karyawan)], CancellationToken.None);
        await here.EndAsync(token, CancellationToken.None);

        Assert.Equal((person, "Budi", Roles.Karyawan), (found.UserId, found.Name, found.Role));
        Assert.Equal([found.SessionId], alive);
        Assert.Null(await here.FindAsync(token, CancellationToken.None));
        Assert.Empty(await there.AliveAsync([(found.SessionId, Roles.Karyawan)], CancellationToken.None));
    }

    [Fact]
    public async Task ASessionTooLongUnseenOrOfAnInactivePersonIsNone()
    {
        using var sessions = SessionsOf(_node.Database, _node.Settings);
        var (idle, gone) = (await _node.AddPersonAsync(), await _node.AddPersonAsync());
        var idleToken = await sessions.StartAsync(idle, null, null, CancellationToken.None);
        var goneToken = await sessions.StartAsync(gone, null, null, CancellationToken.None);

        await _node.Database.ExecuteAsync("UPDATE sessions SET last_seen_at = last_seen_at - 7200 WHERE user_id = @idle", new { idle }, CancellationToken.None);
        await _node.Database.ExecuteAsync("UPDATE users SET active = 0 WHERE id = @gone", new { gone }, CancellationToken.None);

        Assert.Null(await sessions.FindAsync(idleToken, CancellationToken.None));
        Assert.Null(await sessions.FindAsync(goneToken, CancellationToken.None));
    }

    [Fact]
    public async Task ANodeIsOnlineWhileItBeats()
    {
        var nodes = new Nodes(_node.Database);
        await nodes.BeatAsync("app-node-1", "Jakarta", "node", 7, 0, null, starting: true, CancellationToken.None);
        await nodes.BeatAsync("app-node-2", "Bandung", "node", 7, 0, null, starting: true, CancellationToken.None);
        await nodes.BeatAsync("app-node-1", "Jakarta", "node", 9, 3, null, starting: false, CancellationToken.None);

        await nodes.LeaveAsync("app-node-2", CancellationToken.None);

        var all = await nodes.AllAsync(CancellationToken.None);
        Assert.Equal([("app-node-1", true, 9, 3), ("app-node-2", false, 7, 0)], all.Select(n => (n.NodeId, n.Online, n.LastEventId, n.Queue)));
    }

    [Fact]
    public async Task HistoryPagesForthAndBackOverEveryRowOnce()
    {
        var people = new[] { await _node.AddPersonAsync("Ahmad 100%"), await _node.AddPersonAsync("Budi_Santoso"), await _node.AddPersonAsync("Citra") };
        var days = Enumerable.Range(0, 60).Select(i => new AttendanceDay
        {
            Id = i + 1, UserId = people[i % 3], Date = new DateOnly(2025, 6, 1).AddDays(i / 3), Status = i % 4 == 0 ? AttendanceStatus.Terlambat : AttendanceStatus.Hadir,
            ClockedInAt = new DateTime(2025, 6, 1, 8, 0, 0).AddDays(i / 3),
        }).ToList();
        await _node.Database.ExecuteAsync(BulkWrites.UpsertDays(_node.Database.Dialect), new { rows = BulkWrites.ToJson(days) }, CancellationToken.None);
        var history = new HistoryQuery(_node.Database);
        var all = HistoryFilter.Everything;

        var forth = new List<HistoryPage> { await history.PageAsync(all, null, CancellationToken.None) };
        while (forth[^1].Older is { } older) forth.Add(await history.PageAsync(all with { Before = older }, null, CancellationToken.None));
        var back = new List<HistoryPage> { forth[^1] };
        while (back[^1].Newer is { } newer) back.Add(await history.PageAsync(all with { After = newer }, null, CancellationToken.None));

        var newestFirst = days.OrderByDescending(d => d.Date).ThenByDescending(d => d.Id).Select(d => (long?)d.Id).ToList();
        Assert.Equal(newestFirst, forth.SelectMany(p => p.Rows).Select(r => r.Id));
        Assert.Equal(newestFirst, back.AsEnumerable().Reverse().SelectMany(p => p.Rows).Select(r => r.Id));
        Assert.Equal(20, (await history.PageAsync(all with { Search = "0%" }, null, CancellationToken.None)).Rows.Count);
        Assert.Equal(20, (await history.PageAsync(all with { Search = "budi_" }, null, CancellationToken.None)).Rows.Count);
        Assert.Empty((await history.PageAsync(all, people[0] + 1000, CancellationToken.None)).Rows);
        var late = all with { Status = AttendanceStatus.Terlambat, From = new DateOnly(2025, 6, 2), To = new DateOnly(2025, 6, 3) };
        Assert.Equal([9, 5], (await history.PageAsync(late, null, CancellationToken.None)).Rows.Select(r => (int)r.Id!));
    }

    private static IDataProtector Protector(Database database)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSharedKeyRing(database);
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
    }
}
