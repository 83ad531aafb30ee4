namespace MySqlConnector;

/// <summary>What is done with a session before anyone has used it: once when it is opened, and again after a reset.</summary>
public delegate ValueTask MySqlConnectionOpenedCallback(MySqlConnectionOpenedContext context, CancellationToken cancellationToken);

public sealed class MySqlConnectionOpenedContext
{
    internal MySqlConnectionOpenedContext(MySqlConnection connection) => Connection = connection;

    public MySqlConnection Connection { get; }
}

/// <summary>Makes a data source of more than words.</summary>
public sealed class MySqlDataSourceBuilder(string? connectionString = null)
{
    private MySqlConnectionOpenedCallback? _opened;

    public MySqlConnectionStringBuilder ConnectionStringBuilder { get; } = new(connectionString);

    /// <summary>Sets what every session begins with; a pool then keeps that. If it throws, opening fails with what it threw.</summary>
    public MySqlDataSourceBuilder UseConnectionOpenedCallback(MySqlConnectionOpenedCallback callback)
    {
        _opened = callback;
        return this;
    }

    public MySqlDataSource Build() => new(ConnectionStringBuilder.ConnectionString, _opened);
}
