using Absensi.Testing;
using MySqlConnector;

namespace Absensi.MySql.Tests;

/// <summary>
/// One server for all tests that leave it standing: a MariaDB of our own, or the MySQL that ABSENSI_TEST_MYSQL names by connection string
/// (tests/mysql-server.sh starts one). The same facts must hold on both.
/// </summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public static readonly string? MySql = Environment.GetEnvironmentVariable("ABSENSI_TEST_MYSQL");

    private MariaDbServer? _server;

    public bool IsMySql => MySql is not null;

    /// <summary>To an empty database, TLS as the server offers it.</summary>
    public string ConnectionString { get; private set; } = "";

    public MySqlDataSource Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (MySql is not null) ConnectionString = await EmptyDatabaseAsync(MySql);
        else
        {
            _server = await MariaDbServer.CreateAsync("--max-allowed-packet=256M");
            ConnectionString = await _server.CreateDatabaseAsync();
        }
        Database = new MySqlDataSource(ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    /// <summary>A connection string to the same database with further words.</summary>
    public string With(string words) => $"{ConnectionString};{words}";

    /// <summary>Runs one statement on a connection of its own, outside of every pool.</summary>
    public async Task<object?> AloneAsync(string sql)
    {
        await using var connection = new MySqlConnection(With("Pooling=false"));
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<string> EmptyDatabaseAsync(string connectionString)
    {
        await using var connection = new MySqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var sql in new[] { "DROP DATABASE IF EXISTS absensi_driver", "CREATE DATABASE absensi_driver CHARACTER SET utf8mb4" })
        {
            await using var command = new MySqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
        return connectionString + ";Database=absensi_driver";
    }
}

[CollectionDefinition("server")]
public sealed class ServerCollection : ICollectionFixture<ServerFixture>;

/// <summary>A fact about MySQL itself, which MariaDB has not.</summary>
public sealed class MySqlFactAttribute : FactAttribute
{
    public MySqlFactAttribute()
    {
        if (ServerFixture.MySql is null) Skip = "needs ABSENSI_TEST_MYSQL, see tests/mysql-server.sh";
    }
}
