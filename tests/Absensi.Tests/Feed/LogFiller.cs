using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;
using Absensi.Tests.Features.History;
using Dapper;

namespace Absensi.Tests.Feed;

/// <summary>Writes many entries at once, in the way every writer must: the head first, numbers from it, all in one commit.</summary>
internal sealed class LogFiller(Database database, IReadOnlyList<long> users)
{
    private static readonly WorkRules Rules = new(new TimeOnly(8, 30), TimeZoneInfo.Utc);

    // Days nobody else writes, so that any number of fillers can work side by side.
    private static int _day;

    /// <summary>Appends that many entries, of each user in turn.</summary>
    public Task<long> AppendAsync(int count, CancellationToken cancel = default) => database.WriteAsync(async (connection, transaction) =>
    {
        var head = await connection.QuerySingleAsync<(long Id, string Hash)>($"SELECT last_id, last_hash FROM event_head {database.Dialect.ForUpdate}", null, transaction);
        var day = await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM attendances", null, transaction);
        var ledger = new Ledger(head.Id, head.Hash, day, Rules);
        for (var i = 0; i < count; i++)
        {
            ledger.Append(new AttendanceFact
            {
                Id = ++day,
                UserId = users[(int)(day % users.Count)],
                UserName = "Orang",
                Type = ClockKind.In,
                Timestamp = new DateTime(2025, 1, 2, 8, 0, 0),
                Position = new Position(-6.2088, 106.8456),
                NodeId = "filler",
                Status = AttendanceStatus.Hadir,
                Date = new DateOnly(1970, 1, 1).AddDays(Interlocked.Increment(ref _day)),
            }, null);
        }

        await connection.ExecuteAsync(BulkWrites.UpsertDays(database.Dialect), new { rows = BulkWrites.ToJson(ledger.Days) }, transaction);
        await connection.ExecuteAsync(BulkWrites.InsertEntries(database.Dialect), new { rows = BulkWrites.ToJson(ledger.Entries) }, transaction);
        await connection.ExecuteAsync(Past.CloseAll, null, transaction);
        await connection.ExecuteAsync("UPDATE event_head SET last_id = @LastId, last_hash = @LastHash", new { ledger.LastId, ledger.LastHash }, transaction);
        return ledger.LastId;
    }, cancel);
}
