using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MySqlConnector.Protocol;

namespace MySqlConnector;

/// <summary>
/// A connection borrowed from the pool between Open and Close. For one user at a time. After a failure that broke it, <see cref="State"/> is
/// Closed; opening it again takes another.
/// </summary>
public sealed class MySqlConnection : DbConnection
{
    private string _connectionString = "";
    private Settings _settings;
    private Pool? _pool;
    private Session? _session;
    private readonly MySqlConnectionOpenedCallback? _opened;

    public MySqlConnection()
        : this("") { }

    public MySqlConnection(string? connectionString)
    {
        _settings = null!;
        ConnectionString = connectionString;
    }

    internal MySqlConnection(string connectionString, Settings settings, Pool? pool, MySqlConnectionOpenedCallback? opened) =>
        (_connectionString, _settings, _pool, _opened) = (connectionString, settings, pool, opened);

    /// <summary>Over a session opened elsewhere, without a pool.</summary>
    internal MySqlConnection(Session session) => (_settings, _session) = (session.Settings, session);

    [AllowNull]
    public override string ConnectionString
    {
        get => _connectionString;
        set
        {
            if (State != ConnectionState.Closed) throw new InvalidOperationException("An open connection keeps its connection string.");
            _connectionString = value ?? "";
            _settings = new Settings(new MySqlConnectionStringBuilder(_connectionString));
            _pool = _settings.Pooling && _connectionString.Length > 0 ? Pool.Shared(_connectionString) : null;
        }
    }

    public override string Database => _session?.Database ?? _settings.Database;

    public override string DataSource => _settings.DataSource;

    public override string ServerVersion => Session.ServerVersion;

    public override int ConnectionTimeout => Math.Max(0, _settings.ConnectTimeout / 1000);

    /// <summary>The server's number for this connection, as in SHOW PROCESSLIST.</summary>
    public int ServerThread => (int)Session.ConnectionId;

    public override ConnectionState State => _session is { IsBroken: false } ? ConnectionState.Open : ConnectionState.Closed;

    internal Settings Settings => _settings;

    internal Session Session => _session is { IsBroken: false } session ? session : throw new InvalidOperationException("The connection is not open.");

    internal MySqlDataReader? Reader { get; set; }

    internal MySqlTransaction? Transaction { get; set; }

    public override void Open() => OpenAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <exception cref="MySqlException">No place in the pool or no server within ConnectionTimeout, or the server refused.</exception>
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (State == ConnectionState.Open) throw new InvalidOperationException("The connection is open already.");
        await CloseAsync().ConfigureAwait(false);
        _session = _pool is null
            ? await Session.OpenAsync(_settings, _settings.ConnectTimeout, generation: 0, cancellationToken).ConfigureAwait(false)
            : await _pool.GetAsync(cancellationToken).ConfigureAwait(false);
        if (_opened is not null && _session.IsUntouched) await PrepareAsync(_opened, cancellationToken).ConfigureAwait(false);
        OnStateChange(new StateChangeEventArgs(ConnectionState.Closed, ConnectionState.Open));
    }

    /// <summary>Returns at once; what the pool must tidy first (an open transaction, a changed session) it does behind the caller's back.</summary>
    public override void Close()
    {
        if (Reader is { } reader) reader.Dispose();
        _ = GiveBack();
    }

    public override async Task CloseAsync()
    {
        if (Reader is { } reader) await reader.DisposeAsync().ConfigureAwait(false);
        await GiveBack().ConfigureAwait(false);
    }

    public override bool CanCreateBatch => true;

    public new MySqlBatch CreateBatch() => new(this, Transaction);

    protected override DbBatch CreateDbBatch() => CreateBatch();

    public new MySqlCommand CreateCommand() => new() { Connection = this, Transaction = Transaction };

    public new MySqlTransaction BeginTransaction() => BeginTransaction(IsolationLevel.Unspecified);

    public new MySqlTransaction BeginTransaction(IsolationLevel isolationLevel) =>
        BeginTransactionAsync(isolationLevel).AsTask().GetAwaiter().GetResult();

    public new ValueTask<MySqlTransaction> BeginTransactionAsync(CancellationToken cancellationToken = default) =>
        BeginTransactionAsync(IsolationLevel.Unspecified, cancellationToken);

    /// <summary>
    /// Unspecified keeps the server's level; Snapshot is START TRANSACTION WITH CONSISTENT SNAPSHOT, and sent at once. Any other is sent with
    /// the first statement, in the same round trip: until then the server holds nothing for it.
    /// </summary>
    public new async ValueTask<MySqlTransaction> BeginTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken = default)
    {
        if (Transaction is not null) throw new InvalidOperationException("The connection is in a transaction already; the server has no nested ones.");
        cancellationToken.ThrowIfCancellationRequested();
        var opening = MySqlTransaction.Opening(isolationLevel);
        if (isolationLevel == IsolationLevel.Snapshot) await RunAsync(opening, cancellationToken).ConfigureAwait(false);
        else Idle().BeginWithNext(opening);
        return Transaction = new MySqlTransaction(this, isolationLevel);
    }

    public override void ChangeDatabase(string databaseName) => ChangeDatabaseAsync(databaseName).GetAwaiter().GetResult();

    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        var session = Session;
        await RunAsync($"USE `{databaseName.Replace("`", "``", StringComparison.Ordinal)}`", cancellationToken).ConfigureAwait(false);
        (session.Database, session.IsElsewhere) = (databaseName, true);
    }

    /// <summary>Whether the server answers.</summary>
    public async Task<bool> PingAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await Idle().PingAsync(Settings.Milliseconds(_settings.CommandTimeoutSeconds), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    /// <summary>Closes the idle connections of this connection's pool, and the others when they come back.</summary>
    public static void ClearPool(MySqlConnection connection) => ClearPoolAsync(connection).GetAwaiter().GetResult();

    public static Task ClearPoolAsync(MySqlConnection connection) => connection._pool?.ClearAsync() ?? Task.CompletedTask;

    public static void ClearAllPools() => ClearAllPoolsAsync().GetAwaiter().GetResult();

    public static Task ClearAllPoolsAsync() => Pool.ClearAllAsync();

    /// <summary>The session, when no reader still reads from it.</summary>
    internal Session Idle() => Reader is null ? Session : throw new InvalidOperationException("The connection still has an open reader; dispose it first.");

    internal ValueTask<ResultHead> RunAsync(string sql, CancellationToken cancellationToken) =>
        Idle().QueryAsync(sql, Settings.Milliseconds(_settings.CommandTimeoutSeconds), cancellationToken);

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => BeginTransaction(isolationLevel);

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false);

    protected override DbCommand CreateDbCommand() => CreateCommand();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Close();
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private async Task PrepareAsync(MySqlConnectionOpenedCallback opened, CancellationToken cancellationToken)
    {
        var session = _session!;
        try
        {
            await opened(new MySqlConnectionOpenedContext(this), cancellationToken).ConfigureAwait(false);
            (session.IsUntouched, session.IsChanged) = (false, false);
        }
        catch
        {
            session.Break(kill: false);
            await GiveBack().ConfigureAwait(false);
            throw;
        }
    }

    private Task GiveBack()
    {
        if (_session is not { } session) return Task.CompletedTask;
        (_session, Transaction) = (null, null);
        var returned = _pool is null ? session.CloseAsync().AsTask() : _pool.ReturnAsync(session);
        OnStateChange(new StateChangeEventArgs(ConnectionState.Open, ConnectionState.Closed));
        return returned;
    }
}
