using Absensi.Core.Attendance;
using Dapper;

namespace Absensi.Storage;

/// <summary>
/// Closes workdays: whoever has no row of a day that has ended is written down as <c>Alpha</c>. It is all decided under the
/// log's lock, so it may run twice, or twice at once, or stop at any point: the next run goes on from what is there.
/// </summary>
public sealed class Absences(Database database, LedgerWriter writer, WorkRules rules, string nodeId)
{
    /// <summary>People per transaction: as many as taps, so that no tap waits longer than for a batch of others.</summary>
    public const int BatchLimit = AttendanceWriter.BatchLimit;

    /// <summary>The earliest workday that has ended and is not closed, from the day of the log's first entry on; null when there is none.</summary>
    public async Task<DateOnly?> NextAsync(CancellationToken cancel)
    {
        // One statement: between two, somebody could close a day and the log get its first entry.
        var known = await database.FirstAsync<Known>(
            "SELECT (SELECT MAX(date) FROM closed_days) AS closed, (SELECT created_at FROM attendance_logs WHERE id = (SELECT MIN(id) FROM attendance_logs)) AS began", null, cancel);
        var last = known!.Closed ?? (known.Began is { } began ? DateOnly.FromDateTime(began).AddDays(-1) : null);
        var now = rules.LocalTime(await database.UtcNowAsync(cancel));
        return last is { } day ? rules.EndedSince(day, now).Cast<DateOnly?>().FirstOrDefault() : null;
    }

    /// <summary>Writes the next of a day's absences.</summary>
    /// <returns>How many; fewer than <see cref="BatchLimit"/> when they were the last and the day is closed.</returns>
    public Task<int> WriteSomeAsync(DateOnly day, CancellationToken cancel) => writer.WriteAsync(async open =>
    {
        if (rules.LocalTime(open.UtcNow) < rules.EndOf(day)) throw new InvalidOperationException($"{day:yyyy-MM-dd} has not ended");
        // Who joined after the day's end could not have been there.
        var absent = (await open.Run.QueryAsync<Person>(
            $"""
             SELECT u.id, u.name FROM users u
             WHERE u.role = 'karyawan' AND u.active = 1 AND (u.created_at IS NULL OR u.created_at < @endsAt)
               AND NOT EXISTS (SELECT 1 FROM attendances a WHERE a.user_id = u.id AND a.date = @day)
             ORDER BY u.id LIMIT {BatchLimit}
             """, new { day, endsAt = rules.EndOf(day) })).AsList();
        foreach (var person in absent) open.Ledger.RecordAbsence(person.Id, person.Name, day, nodeId);
        if (absent.Count < BatchLimit) await open.Run.ExecuteAsync($"{database.Dialect.InsertIgnore} INTO closed_days (date) VALUES (@day)", new { day });
        return absent.Count;
    }, cancel);

    private sealed class Known
    {
        public DateOnly? Closed { get; init; }
        public DateTime? Began { get; init; }
    }

    private sealed class Person
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
    }
}
