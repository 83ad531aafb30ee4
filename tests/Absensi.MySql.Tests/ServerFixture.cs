using Absensi.Testing;
using MySqlConnector;

namespace Absensi.MySql.Tests;

/// <summary>One MariaDB for all tests that leave it standing, with one database and a pool to it.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    public MariaDbServer Server { get; private set; } = null!;

    public string ConnectionString { get; private set; } = "";

    public MySqlDataSource Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await MariaDbServer.CreateAsync("--max-allowed-packet=256M");
        ConnectionString = await Server.CreateDatabaseAsync();
        Database = new MySqlDataSource(ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        await Server.DisposeAsync();
    }
}

[CollectionDefinition("server")]
public sealed class ServerCollection : ICollectionFixture<ServerFixture>;
