using System.Data.Common;

namespace MySqlConnector;

/// <summary>The door to one database: owns a pool and hands out connections over it. Disposing it closes the idle ones at once, the rest on return.</summary>
public sealed class MySqlDataSource : DbDataSource
{
    private readonly Pool? _pool;
    private readonly Settings _settings;
    private readonly MySqlConnectionOpenedCallback? _opened;

    /// <exception cref="ArgumentException">The connection string has an unknown word or an impossible value.</exception>
    public MySqlDataSource(string connectionString)
        : this(connectionString, null) { }

    internal MySqlDataSource(string connectionString, MySqlConnectionOpenedCallback? opened)
    {
        (ConnectionString, _opened) = (connectionString, opened);
        _settings = new Settings(new MySqlConnectionStringBuilder(connectionString));
        _pool = _settings.Pooling ? new Pool(_settings) : null;
    }

    public override string ConnectionString { get; }

    public new MySqlConnection CreateConnection() => new(ConnectionString, _settings, _pool, _opened);

    public new MySqlConnection OpenConnection() => (MySqlConnection)base.OpenConnection();

    public new async ValueTask<MySqlConnection> OpenConnectionAsync(CancellationToken cancellationToken = default) =>
        (MySqlConnection)await base.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Closes what is idle, and what is in use when it comes back.</summary>
    public Task ClearPoolAsync() => _pool?.ClearAsync() ?? Task.CompletedTask;

    internal Pool? Pool => _pool;

    protected override DbConnection CreateDbConnection() => CreateConnection();

    protected override void Dispose(bool disposing)
    {
        if (disposing) DisposeAsyncCore().AsTask().GetAwaiter().GetResult();
    }

    protected override ValueTask DisposeAsyncCore() => _pool?.DisposeAsync() ?? default;
}
