using System.Data;
using MySqlConnector;

namespace Absensi.MySql.Tests;

[Collection("server")]
public sealed class BatchTests(ServerFixture fixture)
{
    [Fact]
    public async Task ResultsComeInTheOrderOfTheStatements()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TEMPORARY TABLE taps (id INT PRIMARY KEY, note VARCHAR(50))");

        for (var round = 1; round <= 2; round++)
        {
            await using var batch = connection.CreateBatch();
            Add(batch, "INSERT INTO taps VALUES (@id, @note)", ("id", round), ("note", "'; DROP TABLE taps; --"));
            Add(batch, "SELECT note, id FROM taps WHERE id = @id", ("id", round));
            Add(batch, "SELECT id FROM taps WHERE id < @id", ("id", -1));
            Add(batch, "SELECT COUNT(*) FROM taps");

            await using var reader = await batch.ExecuteReaderAsync();
            Assert.True(await reader.NextResultAsync());
            Assert.True(await reader.ReadAsync());
            Assert.Equal(("'; DROP TABLE taps; --", round), (reader.GetString(0), reader.GetInt32(1)));
            Assert.False(await reader.ReadAsync());
            Assert.True(await reader.NextResultAsync());
            Assert.False(await reader.ReadAsync());
            Assert.True(await reader.NextResultAsync());
            Assert.True(await reader.ReadAsync());
            Assert.Equal(round, reader.GetInt64(0));
            Assert.False(await reader.NextResultAsync());
            Assert.Equal(1, reader.RecordsAffected);
        }
    }

    [Fact]
    public async Task WhatIsChangedIsCountedTogether()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TEMPORARY TABLE sums (id INT PRIMARY KEY)");
        await using var batch = connection.CreateBatch();
        Add(batch, "INSERT INTO sums VALUES (1), (2)");
        Add(batch, "DELETE FROM sums WHERE id = @id", ("id", 2));

        Assert.Equal(3, await batch.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task AnErrorBreaksTheConnectionSoThatNothingOfTheTransactionStays()
    {
        await fixture.AloneAsync("CREATE TABLE IF NOT EXISTS batch_errors (id INT PRIMARY KEY)");
        await using (var connection = await fixture.Database.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var batch = connection.CreateBatch();
            Add(batch, "INSERT INTO batch_errors VALUES (1)");
            Add(batch, "INSERT INTO batch_errors VALUES (1)");
            Add(batch, "INSERT INTO batch_errors VALUES (2)");

            var error = await Assert.ThrowsAsync<MySqlException>(() => batch.ExecuteNonQueryAsync());

            Assert.Equal(MySqlErrorCode.DuplicateKeyEntry, error.ErrorCode);
            Assert.Equal(ConnectionState.Closed, connection.State);
        }

        Assert.Equal(0L, await fixture.AloneAsync("SELECT COUNT(*) FROM batch_errors"));
    }

    [Fact]
    public async Task ABatchThatIsLeftEarlyLeavesTheConnectionInStep()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using (var batch = connection.CreateBatch())
        {
            for (var i = 0; i < 5; i++) Add(batch, "SELECT @i UNION ALL SELECT @i", ("i", i));
            await using var reader = await batch.ExecuteReaderAsync();
            await reader.ReadAsync();
        }

        await using var command = new MySqlCommand("SELECT @v", connection);
        command.Parameters.AddWithValue("v", "in step");
        Assert.Equal("in step", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task MoreThanTheSocketsHoldPassesBothWaysAtOnce()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var large = new string('x', 8 << 20);
        await using var batch = connection.CreateBatch();
        for (var i = 0; i < 4; i++) Add(batch, $"SELECT CAST(@large AS CHAR), {i}", ("large", large));

        await using var reader = await batch.ExecuteReaderAsync();
        for (var i = 0; i < 4; i++)
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal((large.Length, i), (reader.GetString(0).Length, reader.GetInt32(1)));
            Assert.Equal(i < 3, await reader.NextResultAsync());
        }
    }

    private static void Add(MySqlBatch batch, string sql, params (string Name, object Value)[] parameters)
    {
        var command = new MySqlBatchCommand(sql);
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        batch.BatchCommands.Add(command);
    }

    private static async Task RunAsync(MySqlConnection connection, string sql)
    {
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
