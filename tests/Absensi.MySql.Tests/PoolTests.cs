using System.Diagnostics;
using MySqlConnector;

namespace Absensi.MySql.Tests;

[Collection("server")]
public sealed class PoolTests(ServerFixture fixture)
{
    [Fact]
    public async Task WaitingForAPlaceEndsWithTheConnectionTimeout()
    {
        await using var database = new MySqlDataSource(fixture.With("MaximumPoolSize=2;ConnectionTimeout=3"));
        await using var first = await database.OpenConnectionAsync();
        var second = await database.OpenConnectionAsync();
        var began = Stopwatch.GetTimestamp();

        var error = await Assert.ThrowsAsync<MySqlException>(async () => await database.OpenConnectionAsync());

        Assert.Contains("All 2 connections", error.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 2.9, 30);
        var waiting = database.OpenConnectionAsync();
        await second.DisposeAsync();
        await using var third = await waiting;
    }

    [Fact]
    public async Task AConnectionComesBackToTheNextCallerWithItsStatements()
    {
        await using var database = new MySqlDataSource(fixture.ConnectionString);
        var first = await AskAsync(database, "SELECT CONNECTION_ID()");

        Assert.Equal(first, await AskAsync(database, "SELECT CONNECTION_ID()"));
        await AskAsync(database, "SELECT 1");
        await AskAsync(database, "SELECT 1");
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new MySqlCommand("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal("3", reader.GetString(1));
    }

    [Fact]
    public async Task AnUnfinishedTransactionIsRolledBackOnReturn()
    {
        await using var database = new MySqlDataSource(fixture.With("MaximumPoolSize=1"));
        await AskAsync(database, "CREATE TABLE unfinished (n INT)");
        var connection = await database.OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        var thread = connection.ServerThread;
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "INSERT INTO unfinished VALUES (1)";
            await command.ExecuteNonQueryAsync();
        }

        connection.Close();

        Assert.Equal(0L, await AskAsync(database, "SELECT COUNT(*) FROM unfinished"));
        Assert.Equal((long)thread, Convert.ToInt64(await AskAsync(database, "SELECT CONNECTION_ID()")));
    }

    [Fact]
    public async Task AChangedSessionIsResetOnReturn()
    {
        await using var database = new MySqlDataSource(fixture.With("MaximumPoolSize=1"));
        var zone = await AskAsync(database, "SELECT @@time_zone");
        var thread = await AskAsync(database, "SELECT CONNECTION_ID()");
        await AskAsync(database, "SET time_zone = '+05:00'");
        await AskAsync(database, "CREATE TEMPORARY TABLE passing (n INT)");
        await AskAsync(database, "SELECT GET_LOCK('driver', 0)");

        Assert.Equal(zone, await AskAsync(database, "SELECT @@time_zone"));
        Assert.Equal("utf8mb4", await AskAsync(database, "SELECT @@character_set_results"));
        Assert.Equal(1L, Convert.ToInt64(await AskAsync(database, "SELECT IS_FREE_LOCK('driver')")));
        Assert.Equal(1146, (await Assert.ThrowsAsync<MySqlException>(() => AskAsync(database, "SELECT * FROM passing"))).Number);
        Assert.Equal(thread, await AskAsync(database, "SELECT CONNECTION_ID()"));
    }

    [Fact]
    public async Task AConnectionThatMovedToAnotherDatabaseIsNotKept()
    {
        await using var database = new MySqlDataSource(fixture.With("MaximumPoolSize=1"));
        var home = await AskAsync(database, "SELECT DATABASE()");
        await AskAsync(database, "USE information_schema");
        Assert.Equal(home, await AskAsync(database, "SELECT DATABASE()"));

        await using (var connection = await database.OpenConnectionAsync()) await connection.ChangeDatabaseAsync("information_schema");

        Assert.Equal(home, await AskAsync(database, "SELECT DATABASE()"));
    }

    [Fact]
    public async Task AConnectionTheServerKilledIsNotHandedOut()
    {
        await using var database = new MySqlDataSource(fixture.With("MaximumPoolSize=1"));
        var thread = Convert.ToInt64(await AskAsync(database, "SELECT CONNECTION_ID()"));
        await fixture.AloneAsync($"KILL {thread}");
        // The kill is carried out a moment after it is answered.
        while (Convert.ToInt64(await fixture.AloneAsync($"SELECT COUNT(*) FROM information_schema.processlist WHERE id = {thread}")) > 0) { }

        Assert.NotEqual(thread, Convert.ToInt64(await AskAsync(database, "SELECT CONNECTION_ID()")));
    }

    [Fact]
    public async Task IdleConnectionsAreClosedDownToTheMinimum()
    {
        await using var database = new MySqlDataSource(fixture.With("ConnectionIdleTimeout=3;MinimumPoolSize=1"));
        var connections = new List<MySqlConnection>();
        for (var i = 0; i < 3; i++) connections.Add(await database.OpenConnectionAsync());
        foreach (var connection in connections) await connection.DisposeAsync();
        Assert.InRange(database.Pool!.IdleCount, 3, 4);

        var patience = Stopwatch.StartNew();
        while (database.Pool.IdleCount > 1 && patience.Elapsed < TimeSpan.FromSeconds(30)) await Task.Delay(50);

        Assert.Equal(1, database.Pool.IdleCount);
    }

    [Fact]
    public async Task AClearedPoolOpensAnew()
    {
        await using var database = new MySqlDataSource(fixture.ConnectionString);
        await using var held = await database.OpenConnectionAsync();
        var idle = await AskAsync(database, "SELECT CONNECTION_ID()");

        await database.ClearPoolAsync();
        await held.DisposeAsync();

        Assert.Equal(0, database.Pool!.IdleCount);
        Assert.NotEqual(idle, await AskAsync(database, "SELECT CONNECTION_ID()"));
    }

    [Fact]
    public async Task ManyCallersShareFewConnections()
    {
        await using var database = new MySqlDataSource(fixture.With("MaximumPoolSize=4"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n => Convert.ToInt32(await AskAsync(database, $"SELECT {n % 10}")) == n % 10));

        Assert.DoesNotContain(false, answers);
        Assert.InRange(database.Pool!.IdleCount, 1, 4);
    }

    [Fact]
    public void AnUnknownWordInTheConnectionStringIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new MySqlConnectionStringBuilder("Server=x;Sever=y"));
        Assert.Throws<ArgumentException>(() => new MySqlConnectionStringBuilder("Server=x;Port=many"));
        var words = new MySqlConnectionStringBuilder("Host=h;User Id=u;Pwd='p;w';SSL Mode=verifyfull;MaxPoolSize=7");
        Assert.Equal(("h", "u", "p;w", MySqlSslMode.VerifyFull, 7u), (words.Server, words.UserID, words.Password, words.SslMode, words.MaximumPoolSize));
        Assert.Equal(words.Password, new MySqlConnectionStringBuilder(words.ConnectionString).Password);
    }

    private static async Task<object?> AskAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
