using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;
using Dapper;

namespace Absensi.Tests.Storage;

public abstract partial class StorageContract
{
    private const int SmallPage = 2;

    [Fact]
    public async Task ALogAsItWasWrittenIsInOrder()
    {
        await ThreeDaysAsync();

        var report = await new LogCheck(_node.Database, SmallPage).RunAsync(CancellationToken.None);

        Assert.Equal(new LogReport(6, 3, null), report);
    }

    [Theory]
    [InlineData("UPDATE attendance_logs SET payload = REPLACE(payload, 'Ahmad Rizki', 'Ahmad Rizky') WHERE id = 3", "entry 3 is not what was written")]
    [InlineData("UPDATE attendance_logs SET node_id = 'app-node-2' WHERE id = 3", "entry 3 is not what was written")]
    [InlineData("DELETE FROM attendance_logs WHERE id = 3", "entry 3 is missing: after entry 2 comes entry 4")]
    [InlineData("DELETE FROM attendance_logs WHERE id > 4", "the log ends with entry 4, event_head says it ends with entry 6")]
    [InlineData("UPDATE event_head SET last_hash = REPLACE(last_hash, SUBSTR(last_hash, 1, 1), 'x')", "event_head holds the hash x")]
    [InlineData("UPDATE attendances SET node_id = 'app-node-2' WHERE id = 2", "attendance 2 (user U, D): node_id is app-node-2, the log says app-node-1 (entry 4)")]
    [InlineData("UPDATE attendances SET latitude_masuk = NULL WHERE id = 2", "attendance 2 (user U, D): latitude_masuk is nothing, the log says -6.1753924 (entry 4)")]
    [InlineData("INSERT INTO attendances (user_id, type, date, status) SELECT user_id, 'in', '2001-02-03', 'Hadir' FROM attendances WHERE id = 2",
        "attendance 4 (user U, 2001-02-03) is stored, but the log knows nothing of it")]
    public async Task WhatWasTamperedWithIsNamed(string tampering, string named)
    {
        var (person, date) = await ThreeDaysAsync();
        await _node.Database.ExecuteAsync(tampering, null, CancellationToken.None);

        var difference = (await new LogCheck(_node.Database, SmallPage).RunAsync(CancellationToken.None)).Difference;

        Assert.StartsWith(named.Replace("user U", $"user {person}").Replace("D)", $"{date:yyyy-MM-dd})"), difference);
    }

    [Fact]
    public async Task SwappedEntriesAreNamed()
    {
        await ThreeDaysAsync();
        foreach (var (from, to) in new[] { (3, 100), (5, 3), (100, 5) })
            await _node.Database.ExecuteAsync("UPDATE attendance_logs SET id = @to WHERE id = @from", new { from, to }, CancellationToken.None);

        var difference = (await new LogCheck(_node.Database, SmallPage).RunAsync(CancellationToken.None)).Difference;

        Assert.StartsWith("entry 3 is not what was written", difference);
    }

    [Fact]
    public async Task AColumnThatContradictsThePayloadIsNamedEvenUnderARightHash()
    {
        await ThreeDaysAsync();
        var entry = (await _node.Log.LatestAsync(1, CancellationToken.None))[0] with { NodeId = "app-node-2" };
        var forged = new { hash = HashChain.Compute(await _node.Log.HashBeforeAsync(entry.Id, CancellationToken.None), entry), entry.Id, entry.NodeId };
        await _node.Database.ExecuteAsync("UPDATE attendance_logs SET node_id = @NodeId, hash = @hash WHERE id = @Id", forged, CancellationToken.None);
        await _node.Database.ExecuteAsync("UPDATE event_head SET last_hash = @hash", forged, CancellationToken.None);

        var difference = (await new LogCheck(_node.Database).RunAsync(CancellationToken.None)).Difference;

        Assert.Equal("entry 6 contradicts itself: its node_id is app-node-2, its payload says app-node-1", difference);
    }

    [Fact]
    public async Task ARowThatTheLogHasAndTheTableNotIsNamed()
    {
        var (person, date) = await ThreeDaysAsync();
        await using (var connection = await _node.Database.OpenAsync(CancellationToken.None))
        {
            var (off, on) = _node.Database.Dialect is MySqlDialect ? ("SET foreign_key_checks = 0", "SET foreign_key_checks = 1") : ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON");
            await connection.ExecuteAsync(off);
            await connection.ExecuteAsync("DELETE FROM attendances WHERE id = 2");
            await connection.ExecuteAsync(on);
        }

        var difference = (await new LogCheck(_node.Database, SmallPage).RunAsync(CancellationToken.None)).Difference;

        Assert.Equal($"attendance 2 (user {person}, {date:yyyy-MM-dd}) is missing, but the log has it (entry 4)", difference);
    }

    /// <summary>Three people, each in and out.</summary>
    /// <returns>Whose the second day is, and its date.</returns>
    private async Task<(long Person, DateOnly Date)> ThreeDaysAsync()
    {
        long[] people = [await _node.AddPersonAsync(), await _node.AddPersonAsync(), await _node.AddPersonAsync()];
        AttendanceFact second = null!;
        foreach (var person in people)
        {
            var entry = Accepted(await _node.ClockAsync(person));
            Accepted(await _node.ClockAsync(person, ClockKind.Out));
            if (person == people[1]) second = AttendanceFact.Parse(entry.Payload);
        }

        return (second.UserId, second.Date);
    }
}
