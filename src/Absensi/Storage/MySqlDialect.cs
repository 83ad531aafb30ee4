using System.Data;
using System.Data.Common;
using Dapper;
using MySqlConnector;

namespace Absensi.Storage;

/// <summary>A MySQL (8.0.19 or newer) or MariaDB (10.6 or newer) server that all nodes share.</summary>
public sealed class MySqlDialect : Dialect
{
    // Three nodes and a realtime server together stay below a server's usual 151 connections.
    private const uint PoolSize = 32;

    private readonly DatabaseServer _server;
    private readonly MySqlDataSource _source;

    public MySqlDialect(DatabaseServer server)
    {
        _server = server;
        _source = new MySqlDataSourceBuilder(Words(server.Database)).UseConnectionOpenedCallback((opened, cancel) => SettleInAsync(opened.Connection, cancel)).Build();
    }

    public override string Name => "MySql";
    public override string UtcNow => "DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%d %H:%i:%s.%f')";
    public override string UnixNow => "UNIX_TIMESTAMP()";
    public override string ForUpdate => "FOR UPDATE";
    public override string InsertIgnore => "INSERT IGNORE";
    public override string Along(string index) => $"FORCE INDEX ({index})";

    // The log is written in order: with this change, all before it. A slot for each of several connections, so that none waits for another.
    public override string Flush => "INSERT INTO flushes (slot, times) VALUES (CONNECTION_ID() % 64, 1) ON DUPLICATE KEY UPDATE times = times + 1";

    // Text compares with our own columns byte by byte, whatever the database's collation is.
    public override string JsonRows(string parameter, params (string Name, string Type)[] columns) =>
        $"(SELECT {string.Join(", ", columns.Select(c => IsText(c.Type) ? $"r.{c.Name} COLLATE utf8mb4_bin AS {c.Name}" : $"r.{c.Name}"))} FROM JSON_TABLE(@{parameter}, '$[*]' " +
        $"COLUMNS ({string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}{(IsText(c.Type) ? " CHARACTER SET utf8mb4" : "")} PATH '$.{c.Name}' ERROR ON ERROR"))})) r)";

    public override string OnTaken(string key) => "ON DUPLICATE KEY UPDATE";
    protected override string Offered(string column) => $"VALUES({column})";

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancel) => await _source.OpenConnectionAsync(cancel);

    public override ValueTask<IDisposable> EnterWriteAsync(CancellationToken cancel) => new(NoTurn.Instance);

    /// <summary>A named lock of the server, held by the connection; it goes with the process that holds it.</summary>
    public override async ValueTask<IAsyncDisposable> EnterMigrationAsync(DbConnection connection, CancellationToken cancel)
    {
        const string name = "CONCAT('absensi ', SHA2(DATABASE(), 224))"; // the server takes 64 characters
        const int patience = 600;
        var got = await connection.ExecuteScalarAsync<int?>(new CommandDefinition($"SELECT GET_LOCK({name}, {patience})", commandTimeout: patience + 5, cancellationToken: cancel));
        if (got != 1) throw new StorageUnavailableException($"another process has been changing the schema for {patience / 60} minutes: look whether it still lives, then try again");
        return new NamedLock(connection, name);
    }

    // This server commits with every change of the schema.
    public override IEnumerable<string> Steps(string migration) => migration.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public override bool IsDoneAlready(DbException fault)
    {
        const int columnIsThere = 1060, nothingToDrop = 1091;
        return fault is MySqlException { Number: columnIsThere or nothingToDrop or (int)MySqlErrorCode.DuplicateKeyName or (int)MySqlErrorCode.TableExists };
    }

    public override bool IsUndone(DbException fault) => fault is MySqlException { ErrorCode: MySqlErrorCode.LockDeadlock };

    public override async ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancel) => await ((MySqlConnection)connection).BeginTransactionAsync(cancel);

    public override bool IsUnavailable(Exception fault)
    {
        const int diskFull = 1021, tableFull = 1114, hostBlocked = 1129, aborting = 1152, commitFailed = 1180, userConnections = 1203, userLimit = 1226,
            readOnly = 1290, interrupted = 1317, readOnlyTransaction = 1792, readOnlyMode = 1836, tookTooLong = 1969, tookTooLongToo = 3024, offline = 3032;
        return fault is StorageUnavailableException || (fault is MySqlException e && (e.SqlState is null || e.IsTransient || e.Number
            is diskFull or tableFull or hostBlocked or aborting or commitFailed or userConnections or userLimit or readOnly or interrupted or readOnlyTransaction
            or readOnlyMode or tookTooLong or tookTooLongToo or offline));
    }

    public override bool IsTaken(Exception fault) => fault is MySqlException { ErrorCode: MySqlErrorCode.DuplicateKeyEntry };

    /// <summary>Makes the database where the server has none of that name.</summary>
    public override async Task CreateAsync(CancellationToken cancel)
    {
        try
        {
            await using var probe = await OpenAsync(cancel);
            await probe.ExecuteAsync("SELECT a FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) t");
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.UnknownDatabase)
        {
            await using var server = new MySqlConnection(Words("") + ";Pooling=false");
            await server.OpenAsync(cancel);
            await server.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {Quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        }
    }

    public override string? Explain(Exception fault) => fault switch
    {
        MySqlException { ErrorCode: MySqlErrorCode.AccessDenied } =>
            $"the database server {Address} refuses the user {_server.Username}: check DB_USERNAME and DB_PASSWORD",
        MySqlException { ErrorCode: MySqlErrorCode.UnknownDatabase or MySqlErrorCode.DatabaseAccessDenied } =>
            $"there is no database {_server.Database} that {_server.Username} may use. As an administrator of {Address} run: " +
            $"CREATE DATABASE IF NOT EXISTS {Quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; GRANT ALL ON {Quoted}.* TO '{_server.Username}'@'%';",
        MySqlException { Number: 1142 or 1143 or 1227 } =>
            $"{_server.Username} lacks a right ({fault.Message}). As an administrator of {Address} run: GRANT ALL ON {Quoted}.* TO '{_server.Username}'@'%';",
        MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost } => $"no database server to be had ({fault.Message}): check DB_HOST and DB_PORT, and that it runs",
        MySqlException { ErrorCode: MySqlErrorCode.ParseError } => $"the database server {Address} is too old: MariaDB 10.6, MySQL 8.0.19 or newer is needed ({fault.Message})",
        MySqlException { ErrorCode: MySqlErrorCode.NoSuchTable } => $"the database {_server.Database} on {Address} lacks our tables: run ./absensi migrate",
        _ => base.Explain(fault),
    };

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    private string Address => $"{_server.Host}:{_server.Port}";
    private string Quoted => $"`{_server.Database.Replace("`", "``", StringComparison.Ordinal)}`";

    private string Words(string database) => new MySqlConnectionStringBuilder
    {
        Server = _server.Host,
        Port = (uint)_server.Port,
        UserID = _server.Username,
        Password = _server.Password,
        Database = database,
        SslMode = Enum.Parse<MySqlSslMode>(_server.SslMode),
        MaximumPoolSize = PoolSize,
        ConnectionTimeout = 3,
        DefaultCommandTimeout = 5,
        // Below the wait_timeout of SettleInAsync: the pool never hands out what the server is about to close.
        ConnectionIdleTimeout = 4,
        ConnectionReset = false,
        GuidFormat = MySqlGuidFormat.None,
        ApplicationName = "absensi",
    }.ConnectionString;

    /// <summary>
    /// What every session begins with. READ COMMITTED: after the wait for <c>event_head</c>, each statement sees what was committed
    /// meanwhile. A node that freezes while it holds <c>event_head</c> stops all others: the server ends its transaction after 2 s
    /// (MariaDB), or its connection after 8 s (MySQL, which has no such limit for transactions).
    /// </summary>
    private static async ValueTask SettleInAsync(MySqlConnection connection, CancellationToken cancel)
    {
        var (isolation, frozen) = connection.ServerVersion.Contains("MariaDB", StringComparison.Ordinal)
            ? ("tx_isolation", "idle_transaction_timeout = 2") : ("transaction_isolation", "wait_timeout = 8");
        await using var command = connection.CreateCommand();
        // One statement: after several the pool can't know what the session is like, and gives it up.
        command.CommandText = $"SET SESSION {isolation} = 'READ-COMMITTED', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 4, {frozen}";
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static bool IsText(string type) => type.Contains("CHAR", StringComparison.Ordinal) || type == "TEXT";

    private sealed class NoTurn : IDisposable
    {
        public static readonly NoTurn Instance = new();
        public void Dispose() { }
    }

    private sealed class NamedLock(DbConnection connection, string name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (connection.State == ConnectionState.Open) await connection.ExecuteAsync($"DO RELEASE_LOCK({name})");
        }
    }
}
