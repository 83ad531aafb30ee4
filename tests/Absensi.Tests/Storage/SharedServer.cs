using Absensi.Testing;
using Dapper;
using MySqlConnector;

namespace Absensi.Tests.Storage;

/// <summary>
/// One database server for all tests that leave it standing: a MariaDB of our own, or the MySQL that ABSENSI_TEST_MYSQL
/// names by connection string. The same facts must hold on both.
/// </summary>
public sealed class SharedServer : IAsyncLifetime
{
    private static readonly string? s_mySql = Environment.GetEnvironmentVariable("ABSENSI_TEST_MYSQL");

    private readonly List<string> _databases = [];
    private MariaDbServer? _own;
    private MySqlConnectionStringBuilder _words = new();

    public async Task InitializeAsync()
    {
        if (s_mySql is null) _own = await MariaDbServer.CreateAsync();
        _words = new MySqlConnectionStringBuilder(s_mySql ?? _own!.ConnectionString) { Pooling = false, AllowUserVariables = true };
    }

    public async Task DisposeAsync()
    {
        if (_own is not null) await _own.DisposeAsync();
        else foreach (var database in _databases) await RunAsync("", $"DROP DATABASE IF EXISTS {database}");
    }

    /// <summary>The environment of a node whose database is empty, or not even there yet.</summary>
    public async Task<(string Name, string Value)[]> NewDatabaseAsync(bool create = true, string characters = "utf8mb4")
    {
        var name = $"absensi_test_{Guid.NewGuid():N}"[..40];
        _databases.Add(name);
        if (create) await RunAsync("", $"CREATE DATABASE {name} CHARACTER SET {characters}");
        return
        [
            ("DB_HOST", _words.Server), ("DB_PORT", $"{_words.Port}"), ("DB_USERNAME", _words.UserID), ("DB_PASSWORD", _words.Password), ("DB_DATABASE", name),
        ];
    }

    /// <summary>Runs statements as they stand, outside of the program.</summary>
    public async Task RunAsync(string database, params string[] statements)
    {
        await using var connection = await OpenAsync(database);
        foreach (var sql in statements) await connection.ExecuteAsync(sql);
    }

    public async Task<MySqlConnection> OpenAsync(string database)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder(_words.ConnectionString) { Database = database }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}

[CollectionDefinition("server")]
public sealed class SharedServerCollection : ICollectionFixture<SharedServer>;
