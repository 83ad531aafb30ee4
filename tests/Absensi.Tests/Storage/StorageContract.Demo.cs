using Absensi.Core.Attendance;
using Absensi.Demo;
using Absensi.Storage;

namespace Absensi.Tests.Storage;

public abstract partial class StorageContract
{
    private const int Seed = 7;

    [Fact]
    public async Task SamplePeopleAreAddedThroughTheLogOnce()
    {
        var demo = new DemoData(_node.Database, _node.Settings.Rules);

        var first = await demo.AddAsync(12, 30, Seed, CancellationToken.None);
        var again = await demo.AddAsync(12, 30, Seed, CancellationToken.None);
        var more = await demo.AddAsync(15, 30, Seed, CancellationToken.None);

        Assert.Equal((12, 0, 3, 12), (first.Added.Count, again.Added.Count, more.Added.Count, more.AlreadyThere));
        Assert.Equal(0, again.Entries);
        var report = await new LogCheck(_node.Database).RunAsync(CancellationToken.None);
        Assert.Null(report.Difference);
        Assert.Equal(first.Entries + more.Entries, report.Entries);
    }

    [Fact]
    public async Task SampleDaysAreWorkdaysBeforeNowAndAbsencesAreAlpha()
    {
        await new DemoData(_node.Database, _node.Settings.Rules).AddAsync(60, 60, Seed, CancellationToken.None);

        var now = _node.Settings.Rules.LocalTime(await _node.Database.UtcNowAsync(CancellationToken.None));
        var days = (await _node.Database.QueryAsync<AttendanceRow>($"SELECT {AttendanceRow.Columns} FROM attendances a", null, CancellationToken.None)).Select(r => r.ToDay()).ToList();
        Assert.DoesNotContain(days, d => d.Date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || d.ClockedInAt > now || d.ClockedOutAt > now);
        Assert.Equal([AttendanceStatus.Hadir, AttendanceStatus.Terlambat, AttendanceStatus.Alpha], days.Select(d => d.Status).Distinct().Order());
        Assert.All(days.Where(d => d.Status == AttendanceStatus.Alpha), d => Assert.Equal((null, null, null), (d.ClockedInAt, d.ClockedOutAt, d.ClockedInFrom)));
    }
}
