using Absensi.Cluster;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;
using Absensi.Testing;
using Absensi.Tests.Features.History;
using Microsoft.Extensions.DependencyInjection;

using EventLog = Absensi.Storage.EventLog;

namespace Absensi.Tests.Cluster;

public sealed class AbsenceTests : IAsyncLifetime
{
    private static readonly DateOnly Monday = new(2026, 2, 2);
    private TestApp _app = null!;
    private Database Database => _app.Database;

    public async Task InitializeAsync()
    {
        _app = await TestApp.StartAsync();
        await Job.StopAsync(CancellationToken.None);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task WhoeverMissedAWorkdayBecomesAlphaAtTheEndOfWork()
    {
        var (present, absent) = (await _app.AddPersonAsync(name: "Ada"), await _app.AddPersonAsync(name: "Absen"));
        await _app.AddPersonAsync(Roles.Admin);
        await _app.AddAsync(Past.Day(present, "Ada", "2026-02-02", "08:00:00"));

        var written = await Absences().WriteSomeAsync(Monday, CancellationToken.None);

        Assert.Equal(1, written);
        var row = await Database.FirstAsync<AttendanceRow>($"SELECT {AttendanceRow.Columns} FROM attendances a WHERE user_id = @absent", new { absent }, CancellationToken.None);
        Assert.Equal(("Alpha", Monday, null, null, null), (row!.Status, row.Date, row.JamMasuk, row.JamPulang, row.DurationMinutes));
        var entry = (await Log.ReadAsync(1, 10, null, CancellationToken.None)).Single();
        Assert.Equal((EventTypes.Created, new DateTime(2026, 2, 2, 17, 0, 0), null), (entry.EventType, entry.CreatedAt, entry.RequestId));
        var fact = AttendanceFact.Parse(entry.Payload);
        Assert.Equal((AttendanceStatus.Alpha, ClockKind.In, null, row.Id), (fact.Status, fact.Type, fact.Position, (long?)fact.Id));
        Assert.Equal(HashChain.Compute(await Log.HashBeforeAsync(2, CancellationToken.None), entry), entry.Hash);
    }

    [Fact]
    public async Task TheJobCatchesUpOnEveryMissedWorkdayOnceAndOnlyOnThose()
    {
        var first = await _app.AddPersonAsync(name: "Pertama");
        var later = await _app.AddPersonAsync(name: "Belakangan");
        var left = await _app.AddPersonAsync(name: "Keluar");
        await Database.ExecuteAsync("UPDATE users SET created_at = '2026-02-04 16:00:00' WHERE id = @later", new { later }, CancellationToken.None);
        await Database.ExecuteAsync("UPDATE users SET active = 0 WHERE id = @left", new { left }, CancellationToken.None);
        await _app.AddAsync(Past.Day(first, "Pertama", "2026-02-02", "08:00:00"));
        await OpenAgainAsync();

        var written = await RunUntilAsync(new DateOnly(2026, 2, 9));
        var again = await RunUntilAsync(new DateOnly(2026, 2, 9));

        Assert.Equal((9, 0), (written, again));
        Assert.Equal(["2026-02-03", "2026-02-04", "2026-02-05", "2026-02-06", "2026-02-09"], await AlphaDaysAsync(first));
        Assert.Equal(["2026-02-04", "2026-02-05", "2026-02-06", "2026-02-09"], await AlphaDaysAsync(later));
        Assert.Empty(await AlphaDaysAsync(left));
    }

    [Fact]
    public async Task NothingIsMissedBeforeTheSystemsFirstDay()
    {
        await _app.AddPersonAsync();

        Assert.Null(await Absences().NextAsync(CancellationToken.None));
    }

    [Fact]
    public async Task ADayThatHasNotEndedIsLeftAlone()
    {
        await _app.AddPersonAsync();
        var rules = AtNoon() with { WorkEnd = new TimeOnly(23, 0) };
        var today = DateOnly.FromDateTime(rules.LocalTime(DateTime.UtcNow));

        await Assert.ThrowsAsync<InvalidOperationException>(() => Absences(rules).WriteSomeAsync(today, CancellationToken.None));
    }

    [Fact]
    public async Task AClockInAfterTheAlphaStillCounts()
    {
        var rules = AtNoon() with { WorkEnd = new TimeOnly(11, 0), Workdays = Enum.GetValues<DayOfWeek>().ToHashSet() };
        var today = DateOnly.FromDateTime(rules.LocalTime(DateTime.UtcNow));
        await using var app = await TestApp.StartAsync(("WORK_START", "08:30"), ("WORK_END", "23:59"), ("WORKDAYS", "1-7"));
        var id = await app.AddPersonAsync(name: "Siang");
        var writer = app.Services.GetRequiredService<LedgerWriter>();
        await new Absences(app.Database, writer, rules, "app-node-1").WriteSomeAsync(today, CancellationToken.None);
        using var person = await app.SignInAsync(id);

        var tap = await person.TapAsync("/absensi/masuk");

        Assert.Equal(200, tap.Status);
        Assert.Equal("Terlambat", tap.Json.GetProperty("data").GetProperty("status").GetString());
        var row = await app.Database.FirstAsync<AttendanceRow>($"SELECT {AttendanceRow.Columns} FROM attendances a", null, CancellationToken.None);
        Assert.Equal((1L, "Terlambat", true), (row!.Id!.Value, row.Status, row.JamMasuk is not null));
    }

    [Fact]
    public async Task WhileAnotherHoldsTheLeaseTheJobWritesNothing()
    {
        var id = await _app.AddPersonAsync(name: "Ada");
        await _app.AddAsync(Past.Day(id, "Ada", "2026-02-02", "08:00:00"));
        await OpenAgainAsync();
        var leases = new Leases(Database);
        await leases.TakeAsync(AbsenceJob.Lease, "app-node-9", 60, CancellationToken.None);

        var held = await Job.RunAsync(CancellationToken.None);
        await leases.ReleaseAsync(AbsenceJob.Lease, "app-node-9", CancellationToken.None);
        var free = await Job.RunAsync(CancellationToken.None);

        Assert.Equal(0, held);
        Assert.True(free > 0);
        Assert.Null(await Absences().NextAsync(CancellationToken.None));
    }

    [Fact]
    public async Task WhenItsHolderIsKilledAnotherProcessFinishesTheWork()
    {
        const int people = 300, days = 60;
        for (var i = 0; i < people; i++) await _app.AddPersonAsync();
        var first = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-days);
        await _app.AddAsync(Past.Day(1, "Orang 1", $"{first:yyyy-MM-dd}", "08:00:00"));
        await OpenAgainAsync();

        using (var doomed = StartNode("app-node-7"))
        {
            await UntilAsync(async () => await Database.FirstAsync<long>("SELECT COUNT(*) FROM closed_days", null, CancellationToken.None) > 0, doomed);
            doomed.Kill();
            await doomed.WaitForExitAsync();
        }

        using var heir = StartNode("app-node-8");
        await UntilAsync(async () => await Absences(EveryDay()).NextAsync(CancellationToken.None) is null, heir);
        heir.Kill();
        await heir.WaitForExitAsync();

        var writers = await Database.QueryAsync<string>("SELECT DISTINCT node_id FROM attendances ORDER BY node_id", null, CancellationToken.None);
        Assert.Equal(["app-node-1", "app-node-7", "app-node-8"], writers);
        var perDay = await Database.QueryAsync<long>("SELECT COUNT(*) FROM attendances GROUP BY date", null, CancellationToken.None);
        Assert.All(perDay, rows => Assert.Equal(people, rows));
        Assert.Equal(perDay.Count * people, await Log.LastIdAsync(CancellationToken.None));
        var hash = HashChain.Genesis;
        for (long at = 0; await Log.ReadAsync(at, 1000, null, CancellationToken.None) is { Count: > 0 } page; at = page[^1].Id)
        {
            foreach (var entry in page) Assert.Equal(entry.Hash, hash = HashChain.Compute(hash, entry));
        }
    }

    private AbsenceJob Job => _app.Services.GetRequiredService<AbsenceJob>();
    private EventLog Log => _app.Services.GetRequiredService<EventLog>();

    private Absences Absences(WorkRules? rules = null) =>
        new(Database, _app.Services.GetRequiredService<LedgerWriter>(), rules ?? _app.Services.GetRequiredService<WorkRules>(), "app-node-1");

    /// <summary>Undoes what <see cref="Past"/> does to keep the job off.</summary>
    private Task OpenAgainAsync() => Database.ExecuteAsync("DELETE FROM closed_days", null, CancellationToken.None);

    private async Task<int> RunUntilAsync(DateOnly last)
    {
        var written = 0;
        while (await Absences().NextAsync(CancellationToken.None) is { } day && day <= last) written += await Absences().WriteSomeAsync(day, CancellationToken.None);
        return written;
    }

    private Task<IReadOnlyList<string>> AlphaDaysAsync(long id) =>
        Database.QueryAsync<string>("SELECT date FROM attendances WHERE user_id = @id AND status = 'Alpha' ORDER BY date", new { id }, CancellationToken.None);

    /// <summary>A node of its own on the app's database, with a workday every day.</summary>
    private System.Diagnostics.Process StartNode(string id)
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "absensi.dll"), "node"]) { RedirectStandardOutput = true };
        (string, string)[] environment = [("NODE_ID", id), ("APP_TIMEZONE", Noon.Zone), ("APP_PORT", "0"), ("WORKDAYS", "1-7"), ("ABSENSI_DATA", Path.GetDirectoryName(((SqliteDialect)Database.Dialect).DatabaseFile)!)];
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var node = System.Diagnostics.Process.Start(start)!;
        node.BeginOutputReadLine();
        return node;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, System.Diagnostics.Process node)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!await holds())
        {
            Assert.False(node.HasExited, "the node has ended by itself");
            await Task.Delay(5, patience.Token);
        }
    }

    private WorkRules EveryDay() => _app.Services.GetRequiredService<WorkRules>() with { Workdays = Enum.GetValues<DayOfWeek>().ToHashSet() };

    private static WorkRules AtNoon() => new(new TimeOnly(8, 30), TimeZoneInfo.FindSystemTimeZoneById(Noon.Zone));
}
