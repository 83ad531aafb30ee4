using MySqlConnector;

namespace Absensi.MySql.Tests;

[Collection("server")]
public sealed class CommandTests(ServerFixture fixture)
{
    [Fact]
    public async Task AHostileValueStaysAValue()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        const string hostile = "'; DROP TABLE people; -- \\' \" ` @x ? \0 \u001a 😀";

        Assert.Equal(hostile, await ScalarAsync(connection, "SELECT @v", hostile));
    }

    [Fact]
    public async Task AStringThatIsNotUnicodeIsRefusedAndTheConnectionGoesOn()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => ScalarAsync(connection, "SELECT @v", "half \ud83d"));

        Assert.Equal("whole", await ScalarAsync(connection, "SELECT @v", "whole"));
    }

    [Fact]
    public async Task AMissingParameterIsNamed()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var command = new MySqlCommand("SELECT @there, @missing", connection);
        command.Parameters.AddWithValue("there", 1);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());

        Assert.Contains("'missing'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xFFFFFF - 40)]
    [InlineData(0xFFFFFF)]
    [InlineData(0xFFFFFF * 2 + 5)]
    public async Task ValuesBeyondOnePacketPassBothWays(int length)
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var sent = new byte[length];
        new Random(length).NextBytes(sent);

        var received = (byte[]?)await ScalarAsync(connection, "SELECT CAST(@v AS BINARY)", sent);

        Assert.True(sent.AsSpan().SequenceEqual(received));
        Assert.Equal("still in step", await ScalarAsync(connection, "SELECT @v", "still in step"));
    }

    [Fact]
    public async Task APacketAboveTheLimitIsRefused()
    {
        await using var connection = new MySqlConnection(fixture.With("MaxAllowedPacket=100000;Pooling=false"));
        await connection.OpenAsync();

        var error = await Assert.ThrowsAsync<MySqlException>(() => ScalarAsync(connection, "SELECT REPEAT(@v, 200000)", "x"));

        Assert.Equal(MySqlErrorCode.PacketTooLarge, error.ErrorCode);
        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
    }

    [Fact]
    public async Task AMigrationOfSeveralStatementsRunsWhole()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var migration = new MySqlCommand(
            """
            CREATE TABLE sites (id INT PRIMARY KEY, name VARCHAR(20) DEFAULT 'a;b'); -- a comment; with a semicolon
            INSERT INTO sites (id) VALUES (1), (2);
            SELECT * FROM sites;
            CREATE TRIGGER sites_named BEFORE INSERT ON sites FOR EACH ROW BEGIN SET NEW.name = 'x;y'; SET NEW.name = CONCAT(NEW.name, 'z'); END;
            INSERT INTO sites (id) VALUES (3);
            """, connection);

        Assert.Equal(3, await migration.ExecuteNonQueryAsync());
        Assert.Equal("x;yz", await ScalarAsync(connection, "SELECT name FROM sites WHERE id = @v", 3));
        await Assert.ThrowsAsync<NotSupportedException>(() => migration.ExecuteScalarAsync());
    }

    [Fact]
    public async Task AStatementTheServerCannotPrepareStillRuns()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE locked (n INT)");
        foreach (var sql in new[] { "LOCK TABLES locked WRITE", "UNLOCK TABLES", "BEGIN", "SAVEPOINT a", "ROLLBACK", "SET autocommit = 1", "LOCK TABLES locked WRITE", "UNLOCK TABLES" })
            await RunAsync(connection, sql);

        Assert.Equal(0L, Convert.ToInt64(await ScalarAsync(connection, "SELECT COUNT(*) FROM locked WHERE n <> @v", 1)));
    }

    [Fact]
    public async Task AnUpdateCountsRowsFoundUnlessAskedForRowsChanged()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
        await using var insert = new MySqlCommand("INSERT INTO counted (n) VALUES (1), (1)", connection);

        Assert.Equal(2, await insert.ExecuteNonQueryAsync());
        Assert.Equal(1, insert.LastInsertedId);
        Assert.Equal(2, await RunAsync(connection, "UPDATE counted SET n = 1"));
        Assert.Equal(-1, await RunAsync(connection, "SELECT n FROM counted"));
        await using var other = new MySqlConnection(fixture.With("UseAffectedRows=true"));
        await other.OpenAsync();
        Assert.Equal(0, await RunAsync(other, "UPDATE counted SET n = 1"));
    }

    [Fact]
    public async Task AStatementFollowsItsTable()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE altered (a INT)");
        await RunAsync(connection, "INSERT INTO altered VALUES (1)");
        await using var command = new MySqlCommand("SELECT * FROM altered", connection);
        Assert.Equal(1, await command.ExecuteScalarAsync());

        await RunAsync(connection, "ALTER TABLE altered MODIFY a VARCHAR(10), ADD b DOUBLE DEFAULT 2.5");

        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal(("1", 2.5), (reader.GetValue(0), reader.GetValue(1)));
    }

    [Fact]
    public async Task OnlyAsManyStatementsStayPreparedAsTheCacheHolds()
    {
        await using var connection = new MySqlConnection(fixture.With("StatementCacheSize=3;Pooling=false"));
        await connection.OpenAsync();
        for (var i = 0; i < 20; i++) Assert.Equal((long)i, Convert.ToInt64(await ScalarAsync(connection, $"SELECT {i} + 0 * @v", 1)));
        Assert.Equal(19L, Convert.ToInt64(await ScalarAsync(connection, "SELECT 19 + 0 * @v", 1)));

        await using var command = new MySqlCommand("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        Assert.Equal("21", reader.GetString(1));
    }

    [Fact]
    public async Task AProcedureGivesAllItsResults()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE PROCEDURE two (x INT) BEGIN SELECT x; SELECT x + 1, 'b'; END");
        await using var command = new MySqlCommand("CALL two(@x)", connection);
        command.Parameters.AddWithValue("x", 5);
        await using var reader = await command.ExecuteReaderAsync();

        Assert.True(await reader.ReadAsync() && reader.GetInt32(0) == 5);
        Assert.True(await reader.NextResultAsync());
        Assert.True(reader.HasRows);
        Assert.True(await reader.ReadAsync() && reader.GetInt32(0) == 6 && reader.GetString(1) == "b");
        Assert.False(await reader.NextResultAsync());
    }

    [Fact]
    public async Task UserVariablesAreRefusedUnlessAllowed()
    {
        await using var strict = await fixture.Database.OpenConnectionAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(strict, "SET @x = 1"));

        await using var connection = new MySqlConnection(fixture.With("AllowUserVariables=true"));
        await connection.OpenAsync();
        await RunAsync(connection, "SET @x = 41");
        await using var command = new MySqlCommand("SELECT @x + 1", connection);
        Assert.Equal(42L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task ASecondCommandWaitsForNoReaderButIsRefused()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var command = new MySqlCommand("SELECT 1 UNION SELECT 2", connection);
        await using (await command.ExecuteReaderAsync()) await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(connection, "SELECT 1"));

        Assert.Equal(1L, Convert.ToInt64(await command.ExecuteScalarAsync()));
    }

    [Fact]
    public async Task ACommandOutsideOfTheTransactionIsRefused()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(connection, "SELECT 1"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.BeginTransactionAsync());
        await transaction.RollbackAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => transaction.CommitAsync());
    }

    [Fact]
    public async Task ASavepointTakesBackWhatCameAfterIt()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TABLE kept (n INT)");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO kept VALUES (?)";
            command.Parameters.AddWithValue("", 1);
            await command.ExecuteNonQueryAsync();
            await transaction.SaveAsync("a`b");
            await command.ExecuteNonQueryAsync();
            await transaction.RollbackAsync("a`b");
            await transaction.CommitAsync();
        }

        Assert.Equal(1L, await ScalarAsync(connection, "SELECT COUNT(*) FROM kept WHERE n = @v", 1));
    }

    private static async Task<object?> ScalarAsync(MySqlConnection connection, string sql, object value)
    {
        await using var command = new MySqlCommand(sql, connection);
        command.Parameters.AddWithValue("@v", value);
        return await command.ExecuteScalarAsync();
    }

    private static async Task<int> RunAsync(MySqlConnection connection, string sql)
    {
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
