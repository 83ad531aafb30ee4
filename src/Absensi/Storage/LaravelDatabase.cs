using System.Data.Common;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Dapper;

namespace Absensi.Storage;

/// <summary>
/// A database that the document's DDL made and Laravel filled. Every row and id stays; tables of Laravel's own stay. Its
/// attendance gets a log of ours, entry 1 to N. Each step sees what is done already, so after a crash it is simply run again.
/// </summary>
internal sealed class LaravelDatabase
{
    private const int BatchSize = 1000;
    private const string Node = "laravel", Suffix = "_laravel";

    // What has happened is taken as it was judged then.
    private static readonly WorkRules NoRules = new(TimeOnly.MinValue, TimeZoneInfo.Utc);

    // Tables whose names Laravel may use for something else, and a column that tells ours.
    private static readonly (string Table, string Column)[] Ours =
    [
        ("attendance_logs", "hash"), ("sessions", "last_seen_at"), ("nodes", "last_event_id"), ("event_head", "last_hash"), ("data_protection_keys", "xml"),
    ];

    private readonly DbConnection _connection;
    private readonly Dialect _sql;
    private readonly ILookup<string, Column> _columns;

    private LaravelDatabase(DbConnection connection, Dialect sql, IEnumerable<Column> columns) =>
        (_connection, _sql, _columns) = (connection, sql, columns.ToLookup(c => c.TableName, StringComparer.OrdinalIgnoreCase));

    /// <returns>Null when the database has neither of the document's first two tables.</returns>
    public static async Task<LaravelDatabase?> FindAsync(DbConnection connection, Dialect sql, CancellationToken cancel)
    {
        var columns = await connection.QueryAsync<Column>(new CommandDefinition(
            """
            SELECT table_name AS table_name, column_name AS column_name, is_nullable = 'YES' AS nullable
            FROM information_schema.columns WHERE table_schema = DATABASE()
            """, cancellationToken: cancel));
        var found = new LaravelDatabase(connection, sql, columns);
        return found.Has("users") || found.Has("attendances") ? found : null;
    }

    /// <param name="tables">What makes the tables that are missing.</param>
    /// <returns>What was done, in a few words.</returns>
    public async Task<string> AdoptAsync(string tables, CancellationToken cancel)
    {
        foreach (var (table, column) in Ours) if (Has(table) && !Has(table, column)) await SetAsideAsync(table, cancel);
        await MendUsersAsync(cancel);
        await MendAttendancesAsync(cancel);
        await RunAsync(tables, cancel);
        while (await FillAsync(cancel)) { }
        var entries = await _connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT last_id FROM event_head", cancellationToken: cancel));
        return $"a log of {entries} entries for the attendance already there";
    }

    private async Task SetAsideAsync(string table, CancellationToken cancel)
    {
        // Whatever is deleted later, what is set aside stays.
        await DropForeignKeysAsync(table, all: true, cancel);
        await RunAsync($"RENAME TABLE {table} TO {table}{Suffix}", cancel);
    }

    private async Task MendUsersAsync(CancellationToken cancel)
    {
        if (!Has("users")) return;
        await ForgetZeroDatesAsync("users", cancel, "created_at", "updated_at");
        if (IsNullable("users", "role"))
        {
            await RunAsync("UPDATE users SET role = 'karyawan' WHERE role IS NULL OR role = ''", cancel);
            await RunAsync("ALTER TABLE users MODIFY role ENUM('admin', 'karyawan') NOT NULL DEFAULT 'karyawan'", cancel);
        }

        if (!Has("users", "active")) await RunAsync("ALTER TABLE users ADD COLUMN active TINYINT(1) NOT NULL DEFAULT 1", cancel);
        if (!Has("users", "must_change_password")) await RunAsync("ALTER TABLE users ADD COLUMN must_change_password TINYINT(1) NOT NULL DEFAULT 0", cancel);
    }

    private async Task MendAttendancesAsync(CancellationToken cancel)
    {
        if (!Has("attendances")) return;
        await ForgetZeroDatesAsync("attendances", cancel, "jam_masuk", "jam_pulang", "created_at", "updated_at");
        if (IsNullable("attendances", "status"))
        {
            await RunAsync("UPDATE attendances SET status = 'Hadir' WHERE status IS NULL OR status = ''", cancel);
            await RunAsync("ALTER TABLE attendances MODIFY status ENUM('Hadir', 'Terlambat', 'Alpha') NOT NULL DEFAULT 'Hadir'", cancel);
        }

        if (await DropForeignKeysAsync("attendances", all: false, cancel) > 0 || !await HasForeignKeyAsync(cancel))
            await RunAsync("ALTER TABLE attendances ADD FOREIGN KEY (user_id) REFERENCES users (id)", cancel);
    }

    /// <summary>A server that is not strict takes 0000-00-00, which is no time at all.</summary>
    private Task ForgetZeroDatesAsync(string table, CancellationToken cancel, params string[] columns) =>
        RunAsync($"UPDATE {table} SET {string.Join(", ", columns.Select(c => $"{c} = NULLIF({c}, 0)"))} WHERE {string.Join(" OR ", columns.Select(c => $"{c} = 0"))}", cancel);

    /// <summary>Drops a table's foreign keys: all, or those by which a deletion elsewhere would delete here.</summary>
    private async Task<int> DropForeignKeysAsync(string table, bool all, CancellationToken cancel)
    {
        var names = (await _connection.QueryAsync<string>(new CommandDefinition(
            $"""
             SELECT constraint_name FROM information_schema.referential_constraints
             WHERE constraint_schema = DATABASE() AND table_name = @table {(all ? "" : "AND delete_rule NOT IN ('RESTRICT', 'NO ACTION')")}
             """, new { table }, cancellationToken: cancel))).AsList();
        foreach (var name in names) await RunAsync($"ALTER TABLE {table} DROP FOREIGN KEY `{name.Replace("`", "``", StringComparison.Ordinal)}`", cancel);
        return names.Count;
    }

    private Task<bool> HasForeignKeyAsync(CancellationToken cancel) => _connection.ExecuteScalarAsync<bool>(new CommandDefinition(
        "SELECT COUNT(*) > 0 FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE() AND table_name = 'attendances'", cancellationToken: cancel));

    /// <summary>Writes the entries of the next rows, by id.</summary>
    /// <returns>Whether there were any.</returns>
    private async Task<bool> FillAsync(CancellationToken cancel)
    {
        // Nobody else writes while the schema changes, so nothing is read under a lock that would have to wait for the hashes.
        DbTransaction? transaction = null;
        CommandDefinition Command(string sql, object? parameters = null) => new(sql, parameters, transaction, Migrator.Patience, cancellationToken: cancel);

        var head = await _connection.QuerySingleAsync<Head>(Command("SELECT last_id, last_hash FROM event_head WHERE id = 1"));
        var after = await _connection.ExecuteScalarAsync<long?>(Command("SELECT attendance_id FROM attendance_logs WHERE id = @LastId", head)) ?? 0;
        var rows = await _connection.QueryAsync<AttendanceRow>(Command(
            $"""
             SELECT {AttendanceRow.Columns}, u.name AS user_name FROM attendances a JOIN users u ON u.id = a.user_id
             WHERE a.id > @after ORDER BY a.id LIMIT {BatchSize}
             """, new { after }));
        var ledger = new Ledger(head.LastId, head.LastHash, 0, NoRules);
        foreach (var fact in rows.SelectMany(FactsOf)) ledger.Append(fact, requestId: null);
        if (ledger.Entries.Count == 0) return false;
        var json = BulkWrites.ToJson(ledger.Entries);

        await using (transaction = await _sql.BeginAsync(_connection, cancel))
        {
            await _connection.ExecuteAsync(Command(BulkWrites.InsertEntries(_sql), new { rows = json }));
            await _connection.ExecuteAsync(Command("UPDATE event_head SET last_id = @LastId, last_hash = @LastHash WHERE id = 1", new { ledger.LastId, ledger.LastHash }));
            await transaction.CommitAsync(CancellationToken.None);
        }

        return true;
    }

    /// <summary>What must have happened for the row to be as it is: a clock-in, and a clock-out where there is one.</summary>
    internal static IEnumerable<AttendanceFact> FactsOf(AttendanceRow row)
    {
        var day = row.ToDay();
        var clockedIn = new AttendanceFact
        {
            Id = day.Id,
            UserId = day.UserId,
            UserName = row.UserName,
            Type = ClockKind.In,
            Timestamp = day.ClockedInAt ?? day.CreatedAt ?? day.Date.ToDateTime(TimeOnly.MinValue),
            Position = day.ClockedInFrom,
            NodeId = day.NodeId is { Length: > 0 } node ? node : Node,
            Status = day.Status,
            Date = day.Date,
        };
        if (day.ClockedOutAt is not { } clockedOutAt) return [Ending(null, clockedIn, day)];
        var clockedOut = clockedIn with
        {
            Type = ClockKind.Out,
            Timestamp = clockedOutAt,
            Position = day.ClockedOutFrom,
            ClockedInAt = day.ClockedInAt,
            DurationMinutes = day.DurationMinutes,
        };
        return [clockedIn, Ending(Projection.Apply(null, clockedIn), clockedOut, day)];
    }

    /// <summary>The row's last fact; where facts alone would give another row, it says the row itself.</summary>
    private static AttendanceFact Ending(AttendanceDay? before, AttendanceFact last, AttendanceDay day) =>
        Projection.Apply(before, last) == day ? last : last with { Row = day };

    private bool Has(string table) => _columns.Contains(table);
    private bool Has(string table, string column) => _columns[table].Any(c => c.ColumnName.Equals(column, StringComparison.OrdinalIgnoreCase));
    private bool IsNullable(string table, string column) => _columns[table].Any(c => c.ColumnName.Equals(column, StringComparison.OrdinalIgnoreCase) && c.Nullable);

    private Task RunAsync(string sql, CancellationToken cancel) => _connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: Migrator.Patience, cancellationToken: cancel));

    private sealed class Column
    {
        public string TableName { get; init; } = "";
        public string ColumnName { get; init; } = "";
        public bool Nullable { get; init; }
    }

    private sealed class Head
    {
        public long LastId { get; init; }
        public string LastHash { get; init; } = "";
    }
}
