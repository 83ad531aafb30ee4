using System.Diagnostics;
using MySqlConnector;

namespace Absensi.MySql.Tests;

/// <summary>Results left unread, statements out of time, callers who changed their mind.</summary>
[Collection("server")]
public sealed class LeavingTests(ServerFixture fixture)
{
    [Fact]
    public async Task AReaderLeftEarlyLetsFewRowsPassAndKeepsTheConnection()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using (var command = new MySqlCommand("WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 900) SELECT n FROM c", connection))
        await using (var reader = await command.ExecuteReaderAsync()) await reader.ReadAsync();

        Assert.Equal("next", await ScalarAsync(connection, "SELECT @v", "next"));
    }

    [Fact]
    public async Task AReaderLeftEarlyOfVeryManyRowsGivesTheConnectionUpAtOnce()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var thread = connection.ServerThread;
        var began = Stopwatch.GetTimestamp();
        await using (var command = new MySqlCommand(EndlessRows + " LIMIT 50000000", connection))
        await using (var reader = await command.ExecuteReaderAsync()) await reader.ReadAsync();

        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        await GoneAsync(thread);
    }

    [Fact]
    public async Task ASlowStatementTimesOutAndTheServerStopsIt()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var thread = connection.ServerThread;
        await using var command = new MySqlCommand("SELECT SLEEP(60)", connection) { CommandTimeout = 1 };
        var began = Stopwatch.GetTimestamp();

        var error = await Assert.ThrowsAsync<MySqlException>(() => command.ExecuteScalarAsync());

        Assert.Equal((MySqlErrorCode.CommandTimeoutExpired, true, null), (error.ErrorCode, error.IsTransient, error.SqlState));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 30);
        await GoneAsync(thread);
    }

    [Fact]
    public async Task ACancelledStatementEndsAndTheServerStopsIt()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var thread = connection.ServerThread;
        using var cancel = new CancellationTokenSource();
        await using var command = new MySqlCommand("SELECT SLEEP(60)", connection);

        var asked = command.ExecuteScalarAsync(cancel.Token);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAsync<OperationCanceledException>(() => asked);

        await GoneAsync(thread);
        await connection.OpenAsync();
        Assert.Equal("again", await ScalarAsync(connection, "SELECT @v", "again"));
    }

    [Fact]
    public async Task RowsStreamInConstantMemory()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var command = new MySqlCommand(EndlessRows + " LIMIT 500000", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long rows = 1;
        while (await reader.ReadAsync()) rows += reader.GetString(1).Length / 100;

        Assert.Equal(500_000, rows);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 << 20);
    }

    /// <summary>A billion rows of 100 characters, made as they are read; MySQL does so only under a limit.</summary>
    private const string EndlessRows =
        """
        WITH d AS (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)
        SELECT a.n, REPEAT('x', 100) FROM d AS a, d AS b, d AS c, d AS e, d AS f, d AS g, d AS h, d AS i, d AS j
        """;

    private async Task GoneAsync(int thread)
    {
        var patience = Stopwatch.StartNew();
        while (Convert.ToInt64(await fixture.AloneAsync($"SELECT COUNT(*) FROM information_schema.processlist WHERE id = {thread}")) > 0)
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "the server still works on what was given up");
    }

    private static async Task<object?> ScalarAsync(MySqlConnection connection, string sql, object value)
    {
        await using var command = new MySqlCommand(sql, connection);
        command.Parameters.AddWithValue("@v", value);
        return await command.ExecuteScalarAsync();
    }
}
