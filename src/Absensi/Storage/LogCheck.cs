using System.Data.Common;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Dapper;

namespace Absensi.Storage;

/// <summary>What was found: how much is in order, and the first thing that is not, in words.</summary>
public sealed record LogReport(long Entries, long Days, string? Difference);

/// <summary>
/// Replays the log: first the chain from entry 1 to the head, then every row of <c>attendances</c> against what the log
/// makes of it. All of it is read in pages from one snapshot, so nodes may go on writing meanwhile.
/// </summary>
public sealed class LogCheck(Database database, int pageSize = LogCheck.UsualPage)
{
    private const int UsualPage = 2000;
    private const string OfDays = $"attendance_id > @after AND event_type IN ('{EventTypes.Created}', '{EventTypes.Updated}')";

    public async Task<LogReport> RunAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        await using var snapshot = await database.Dialect.BeginReadAsync(connection, cancel);
        var read = new Pages(connection, snapshot, cancel);
        var chain = new ChainCheck();
        var difference = await CheckChainAsync(chain, read);
        if (difference is not null) return new LogReport(chain.LastId, 0, difference);
        var (days, wrong) = await CheckDaysAsync(read);
        return new LogReport(chain.LastId, days, wrong);
    }

    private async Task<string?> CheckChainAsync(ChainCheck chain, Pages read)
    {
        while (true)
        {
            var (page, unreadable) = await read.EntriesAsync("id > @after", "id", chain.LastId, pageSize);
            foreach (var entry in page)
                if (chain.Next(entry) is { } difference) return difference;
            if (unreadable is not null) return $"entry {chain.LastId + 1} can't be read: {unreadable}";
            if (page.Count < pageSize) break;
        }

        var head = (await read.RowsAsync<Head>("SELECT last_id, last_hash FROM event_head", null)).FirstOrDefault();
        return head is null ? "event_head has no row" : chain.End(head.LastId, head.LastHash);
    }

    /// <summary>Both sides go by attendance id; where a page of the log ends inside a day, that day waits for the next page.</summary>
    private async Task<(long Days, string? Difference)> CheckDaysAsync(Pages read)
    {
        long days = 0, after = long.MinValue;
        for (var size = pageSize; ; )
        {
            var (page, _) = await read.EntriesAsync(OfDays, "attendance_id, id", after, size);
            var said = Project(page);
            var last = page.Count < size;
            if (!last) said.RemoveAt(said.Count - 1);
            if (!last && said.Count == 0)
            {
                size *= 2;
                continue;
            }

            var upTo = last ? long.MaxValue : said[^1].Day.Id;
            var (stored, unreadable) = await read.DaysAsync(after, upTo, said.Count + 1);
            for (var i = 0; i < Math.Max(said.Count, stored.Count); i++)
            {
                if (i == stored.Count && unreadable is not null) return (days, $"attendance {said[i].Day.Id} can't be read: {unreadable}");
                if (DayDifference.Find(said.ElementAtOrDefault(i), stored.ElementAtOrDefault(i)) is { } difference) return (days, difference);
                days++;
            }

            if (last) return (days, unreadable is null ? null : $"an attendance that the log does not know can't be read: {unreadable}");
            after = upTo;
            size = pageSize;
        }
    }

    private static List<SaidDay> Project(IEnumerable<LogEntry> page)
    {
        var days = new List<SaidDay>();
        foreach (var entry in page)
        {
            var before = days.Count > 0 && days[^1].Day.Id == entry.AttendanceId ? days[^1].Day : null;
            if (before is not null) days.RemoveAt(days.Count - 1);
            days.Add(new SaidDay(Projection.Apply(before, AttendanceFact.Parse(entry.Payload)), entry.Id));
        }

        return days;
    }

    private sealed class Head
    {
        public long LastId { get; init; }
        public string LastHash { get; init; } = "";
    }

    /// <summary>Reads within the snapshot. A row that is no row of ours any more ends the page: what precedes it is returned with the reason.</summary>
    private readonly struct Pages(DbConnection connection, DbTransaction snapshot, CancellationToken cancel)
    {
        public async Task<(List<LogEntry> Rows, string? Unreadable)> EntriesAsync(string where, string order, long after, int limit)
        {
            var (rows, unreadable) = await WhileReadableAsync<EventLog.Row>($"SELECT {EventLog.Columns} FROM attendance_logs WHERE {where} ORDER BY {order} LIMIT @limit", new { after, limit });
            return (rows.ConvertAll(r => r.ToEntry()), unreadable);
        }

        public Task<(List<AttendanceRow> Rows, string? Unreadable)> DaysAsync(long after, long upTo, int limit) => WhileReadableAsync<AttendanceRow>(
            $"SELECT {AttendanceRow.Columns} FROM attendances a WHERE a.id > @after AND a.id <= @upTo ORDER BY a.id LIMIT @limit", new { after, upTo, limit });

        public Task<IEnumerable<T>> RowsAsync<T>(string sql, object? parameters) => connection.QueryAsync<T>(new CommandDefinition(sql, parameters, snapshot, cancellationToken: cancel));

        private async Task<(List<T> Rows, string? Unreadable)> WhileReadableAsync<T>(string sql, object parameters)
        {
            var rows = new List<T>();
            await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, snapshot, cancellationToken: cancel));
            var parse = reader.GetRowParser<T>();
            while (await reader.ReadAsync(cancel))
            {
                try
                {
                    rows.Add(parse(reader));
                }
                catch (Exception fault) when (fault is System.Data.DataException or FormatException or InvalidCastException or OverflowException)
                {
                    return (rows, fault.InnerException?.Message ?? fault.Message);
                }
            }

            return (rows, null);
        }
    }
}

/// <summary>A day as the log makes it, and the entry that last changed it.</summary>
internal sealed record SaidDay(AttendanceDay Day, long EntryId);

/// <summary>A day of the log and a row of <c>attendances</c>, column by column.</summary>
internal static class DayDifference
{
    private static readonly (string Column, Func<AttendanceRow, object?> Stored, Func<AttendanceDay, object?> Said)[] Columns =
    [
        ("user_id", r => r.UserId, d => d.UserId),
        ("date", r => r.Date, d => d.Date),
        ("type", r => r.Type, d => d.Type == ClockKind.In ? "in" : "out"),
        ("jam_masuk", r => r.JamMasuk, d => d.ClockedInAt),
        ("jam_pulang", r => r.JamPulang, d => d.ClockedOutAt),
        ("latitude_masuk", r => r.ClockedInFrom?.Latitude, d => d.ClockedInFrom?.Latitude),
        ("longitude_masuk", r => r.ClockedInFrom?.Longitude, d => d.ClockedInFrom?.Longitude),
        ("latitude_pulang", r => r.ClockedOutFrom?.Latitude, d => d.ClockedOutFrom?.Latitude),
        ("longitude_pulang", r => r.ClockedOutFrom?.Longitude, d => d.ClockedOutFrom?.Longitude),
        ("node_id", r => r.NodeId, d => d.NodeId),
        ("status", r => r.Status, d => d.Status.ToString()),
        ("duration_minutes", r => r.DurationMinutes, d => d.DurationMinutes),
        ("created_at", r => r.CreatedAt, d => d.CreatedAt),
        ("updated_at", r => r.UpdatedAt, d => d.UpdatedAt),
    ];

    /// <returns>What differs, in words; null when nothing does.</returns>
    public static string? Find(SaidDay? said, AttendanceRow? stored)
    {
        if (said is null || (stored is not null && stored.Id < said.Day.Id))
            return $"{Name(stored!.Id, stored.UserId, stored.Date)} is stored, but the log knows nothing of it";
        if (stored is null || stored.Id > said.Day.Id)
            return $"{Name(said.Day.Id, said.Day.UserId, said.Day.Date)} is missing, but the log has it (entry {said.EntryId})";
        foreach (var (column, get, expect) in Columns)
            if (!Equals(get(stored), expect(said.Day)))
                return $"{Name(stored.Id, said.Day.UserId, said.Day.Date)}: {column} is {StoredValue.Print(get(stored))}, the log says {StoredValue.Print(expect(said.Day))} (entry {said.EntryId})";
        return null;
    }

    private static string Name(long? id, long userId, DateOnly? date) => $"attendance {StoredValue.Print(id)} (user {userId}, {StoredValue.Print(date)})";
}
