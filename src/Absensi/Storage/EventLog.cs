using Absensi.Core.Events;

namespace Absensi.Storage;

/// <summary>Reads <c>attendance_logs</c>, always by position: a reader needs its cursor and nothing else.</summary>
public sealed class EventLog(Database database)
{
    internal const string Columns = "id, attendance_id, user_id, event_type, node_id, payload, created_at, request_id, hash";

    /// <summary>Entries with a number above <paramref name="after"/>, oldest first; only one person's when a user is given.</summary>
    public async Task<IReadOnlyList<LogEntry>> ReadAsync(long after, int limit, long? userId, CancellationToken cancel) =>
        Entries(await database.QueryAsync<Row>(
            $"SELECT {Columns} FROM attendance_logs WHERE id > @after {(userId is null ? "" : "AND user_id = @userId")} ORDER BY id LIMIT @limit",
            new { after, limit, userId }, cancel));

    /// <summary>The latest entries, newest first.</summary>
    public async Task<IReadOnlyList<LogEntry>> LatestAsync(int limit, CancellationToken cancel) =>
        Entries(await database.QueryAsync<Row>($"SELECT {Columns} FROM attendance_logs ORDER BY id DESC LIMIT @limit", new { limit }, cancel));

    /// <summary>One entry by its number, or null.</summary>
    public async Task<LogEntry?> FindAsync(long id, CancellationToken cancel) =>
        (await database.FirstAsync<Row>($"SELECT {Columns} FROM attendance_logs WHERE id = @id", new { id }, cancel))?.ToEntry();

    /// <summary>Everything the log says of one day of one person, oldest first.</summary>
    public async Task<IReadOnlyList<LogEntry>> OfAttendanceAsync(long attendanceId, CancellationToken cancel) =>
        Entries(await database.QueryAsync<Row>($"SELECT {Columns} FROM attendance_logs WHERE attendance_id = @attendanceId ORDER BY id", new { attendanceId }, cancel));

    /// <summary>The entries that these requests made, for those that made one.</summary>
    public async Task<IReadOnlyList<LogEntry>> OfRequestsAsync(IReadOnlyCollection<string> requestIds, CancellationToken cancel) =>
        Entries(await database.QueryAsync<Row>($"SELECT {Columns} FROM attendance_logs WHERE request_id IN @requestIds", new { requestIds }, cancel));

    /// <summary>What the entry is chained to.</summary>
    public async Task<string> HashBeforeAsync(long id, CancellationToken cancel) =>
        id == 1 ? HashChain.Genesis : await database.FirstAsync<string>("SELECT hash FROM attendance_logs WHERE id = @before", new { before = id - 1 }, cancel) ?? "";

    /// <summary>Returns when whatever was read so far is on the disk. Who tells others of entries waits for this: a number told must never be given to another.</summary>
    public Task FlushAsync(CancellationToken cancel) => database.FlushAsync(cancel);

    /// <summary>The highest number of all, 0 when the log is empty.</summary>
    public Task<long> LastIdAsync(CancellationToken cancel) => database.FirstAsync<long>("SELECT last_id FROM event_head", null, cancel);

    private static List<LogEntry> Entries(IReadOnlyList<Row> rows) => rows.Select(r => r.ToEntry()).ToList();

    internal sealed class Row
    {
        public long Id { get; init; }
        public long? AttendanceId { get; init; }
        public long UserId { get; init; }
        public string EventType { get; init; } = "";
        public string NodeId { get; init; } = "";
        public string Payload { get; init; } = "";
        public DateTime CreatedAt { get; init; }
        public string? RequestId { get; init; }
        public string Hash { get; init; } = "";

        public LogEntry ToEntry() => new()
        {
            Id = Id,
            AttendanceId = AttendanceId,
            UserId = UserId,
            EventType = EventType,
            NodeId = NodeId,
            Payload = Payload,
            CreatedAt = CreatedAt,
            RequestId = RequestId,
            Hash = Hash,
        };
    }
}
