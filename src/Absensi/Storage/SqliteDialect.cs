using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Absensi.Storage;

/// <summary>SQLite in the data folder, shared by the processes of one machine.</summary>
public class SqliteDialect : Dialect
{
    private readonly SqliteConnectionStringBuilder _settings;
    private readonly Lazy<FileGate> _gate;

    // Pooled handles keep their settings; each is told once.
    private readonly ConditionalWeakTable<sqlite3, SqliteDialect> _prepared = [];

    // Kept open so that no reader's close is ever the last one, which would checkpoint outside the gate.
    private SqliteConnection? _anchor;

    public SqliteDialect(string dataFolder)
    {
        DatabaseFile = Path.Combine(dataFolder, "absensi.db");
        _settings = new SqliteConnectionStringBuilder { DataSource = DatabaseFile, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 10 };
        _gate = new Lazy<FileGate>(() => new FileGate(Path.Combine(dataFolder, "absensi.lock")), LazyThreadSafetyMode.PublicationOnly);
    }

    public string DatabaseFile { get; }
    public override string Name => "Sqlite";
    public override string UtcNow => "strftime('%Y-%m-%d %H:%M:%f', 'now')";
    public override string UnixNow => "unixepoch('now')";
    public override string ForUpdate => "";
    public override string InsertIgnore => "INSERT OR IGNORE";

    public override string JsonRows(string parameter, params (string Name, string Type)[] columns) =>
        $"(SELECT {string.Join(", ", columns.Select(c => $"value ->> '$.{c.Name}' AS {c.Name}"))} FROM json_each(@{parameter}))";

    public override string OnTaken(string key) => $"ON CONFLICT ({key}) DO UPDATE SET";
    protected override string Offered(string column) => $"excluded.{column}";

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancel)
    {
        if (_anchor is null)
        {
            var anchor = await OpenOneAsync(cancel);
            if (Interlocked.CompareExchange(ref _anchor, anchor, null) is not null) await anchor.DisposeAsync();
        }

        return await OpenOneAsync(cancel);
    }

    public override ValueTask<IDisposable> EnterWriteAsync(CancellationToken cancel) => _gate.Value.EnterAsync(cancel);

    public override async ValueTask<IAsyncDisposable> EnterMigrationAsync(DbConnection connection, CancellationToken cancel) =>
        new AsyncHold(await EnterWriteAsync(cancel));

    // IMMEDIATE: a transaction that reads first and writes later could otherwise find its snapshot outdated.
    public override ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancel) =>
        new(((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: false));

    public override ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancel) =>
        new(((SqliteConnection)connection).BeginTransaction(IsolationLevel.Serializable, deferred: true));

    public override bool IsUnavailable(Exception fault)
    {
        const int busy = 5, locked = 6, readOnly = 8, ioError = 10, full = 13, cannotOpen = 14;
        return fault is StorageUnavailableException
            || fault is SqliteException { SqliteErrorCode: busy or locked or readOnly or ioError or full or cannotOpen };
    }

    public override bool IsTaken(Exception fault)
    {
        const int unique = 2067, primaryKey = 1555;
        return fault is SqliteException { SqliteExtendedErrorCode: unique or primaryKey };
    }

    public override string? Explain(Exception fault)
    {
        const int error = 1, readOnly = 8, ioError = 10, corrupt = 11, full = 13, cannotOpen = 14, noDatabase = 26;
        var folder = Path.GetDirectoryName(DatabaseFile);
        return fault switch
        {
            SqliteException { SqliteErrorCode: corrupt or noDatabase } => $"{DatabaseFile} is damaged or no SQLite database: restore it from a backup, or move it away to begin anew",
            SqliteException { SqliteErrorCode: full } => $"no space left for {DatabaseFile}: free some, then start again; nothing that was answered is lost",
            SqliteException { SqliteErrorCode: cannotOpen } when !File.Exists(DatabaseFile) => $"there is no database in {folder}: run ./absensi up or ./absensi migrate, or name another folder with --data",
            SqliteException { SqliteErrorCode: error } when fault.Message.Contains("no such table", StringComparison.Ordinal) => $"{DatabaseFile} has no tables of ours: run ./absensi migrate",
            SqliteException { SqliteErrorCode: readOnly or cannotOpen } or UnauthorizedAccessException => $"the data folder {folder} can't be written: {fault.Message}",
            SqliteException { SqliteErrorCode: ioError } or IOException => $"the data folder {folder} can't be used: {fault.Message}",
            _ => base.Explain(fault),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        if (_anchor is null) return;
        // The last close checkpoints; like every write it has to wait its turn. Who keeps the turn for too long has the file open: ours is not the last.
        IDisposable? turn = null;
        try
        {
            turn = await EnterWriteAsync(CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
        }

        using (turn)
        {
            await _anchor.DisposeAsync();
            SqliteConnection.ClearPool(new SqliteConnection(_settings.ConnectionString));
        }

        _gate.Value.Dispose();
    }

    /// <summary>Makes the file where there is none, in the journal mode that lets readers go on while one writes.</summary>
    public override async Task CreateAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabaseFile)!);
        using var turn = await EnterWriteAsync(cancel);
        var create = new SqliteConnectionStringBuilder(_settings.ConnectionString) { Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false };
        await using var connection = new SqliteConnection(create.ConnectionString);
        await connection.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        await command.ExecuteNonQueryAsync(cancel);
    }

    private async ValueTask<SqliteConnection> OpenOneAsync(CancellationToken cancel)
    {
        var connection = new SqliteConnection(_settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancel);
            if (!_prepared.TryAdd(connection.Handle!, this)) return connection;
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
            await command.ExecuteNonQueryAsync(cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class AsyncHold(IDisposable hold) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            hold.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
