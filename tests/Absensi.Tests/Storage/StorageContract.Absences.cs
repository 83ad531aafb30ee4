using Absensi.Core.Attendance;
using Absensi.Storage;

namespace Absensi.Tests.Storage;

public abstract partial class StorageContract
{
    [Fact]
    public async Task ManyProcessesAtOnceWriteEachAbsenceOnce()
    {
        const int people = Absences.BatchLimit + 50;
        for (var i = 0; i < people; i++) await _node.AddPersonAsync();
        var nodes = await Task.WhenAll(Enumerable.Range(2, 4).Select(i => StartNodeAsync($"app-node-{i}")));
        var monday = new DateOnly(2026, 2, 2);

        await Task.WhenAll(nodes.Select(async node =>
        {
            var absences = new Absences(node.Database, node.Ledger, node.Settings.Rules, node.Settings.NodeId);
            while (await absences.WriteSomeAsync(monday, CancellationToken.None) == Absences.BatchLimit) { }
        }));

        var entries = await _node.CheckLogAsync();
        Assert.Equal(people, entries.Count);
        var row = await _node.Database.FirstAsync<AttendanceRow>($"SELECT {AttendanceRow.Columns} FROM attendances a WHERE a.id = 7", null, CancellationToken.None);
        Assert.Equal((nameof(AttendanceStatus.Alpha), monday, null), (row!.Status, row.Date, row.JamMasuk));
        Assert.Equal([monday], await _node.Database.QueryAsync<DateOnly>("SELECT date FROM closed_days", null, CancellationToken.None));
    }

    [Fact]
    public async Task WhoIsMissingIsFoundDayAfterDayUpToNow()
    {
        await _node.AddPersonAsync();
        var absences = new Absences(_node.Database, _node.Ledger, _node.Settings.Rules, "app-node-1");
        var none = await absences.NextAsync(CancellationToken.None);
        await absences.WriteSomeAsync(new DateOnly(2026, 2, 6), CancellationToken.None);

        var next = await absences.NextAsync(CancellationToken.None);

        Assert.Null(none);
        Assert.Equal(new DateOnly(2026, 2, 9), next);
    }

    [Fact]
    public async Task ALeaseIsOnesUntilItLapsesOrIsLetGo()
    {
        var leases = new Leases(_node.Database);
        Task<bool> Take(string name, string holder, int seconds = 60) => leases.TakeAsync(name, holder, seconds, CancellationToken.None);

        Assert.True(await Take("kerja", "satu"));
        Assert.True(await Take("kerja", "satu"));
        Assert.False(await Take("kerja", "dua"));
        Assert.True(await Take("lain", "dua"));
        await leases.ReleaseAsync("kerja", "dua", CancellationToken.None);
        Assert.False(await Take("kerja", "dua"));
        await leases.ReleaseAsync("kerja", "satu", CancellationToken.None);
        Assert.True(await Take("kerja", "dua", seconds: 0));
        Assert.True(await Take("kerja", "satu"));
    }
}
