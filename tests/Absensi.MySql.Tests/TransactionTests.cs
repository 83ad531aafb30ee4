using System.Data;
using MySqlConnector;

namespace Absensi.MySql.Tests;

/// <summary>A transaction is opened with its first statement, in one round trip; what is seen of it must be as if it had been opened before.</summary>
[Collection("server")]
public sealed class TransactionTests(ServerFixture fixture) : IAsyncLifetime
{
    private MySqlConnection _connection = null!;
    private string _table = "";

    public async Task InitializeAsync()
    {
        _connection = await fixture.Database.OpenConnectionAsync();
        _table = $"t{Guid.NewGuid():N}";
        await RunAsync($"CREATE TABLE {_table} (n INT PRIMARY KEY, note LONGBLOB)");
    }

    public async Task DisposeAsync()
    {
        await RunAsync($"DROP TABLE {_table}");
        await _connection.DisposeAsync();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("values")]
    [InlineData("batch")]
    public async Task WhateverItsFirstStatementIsItIsWithinTheTransaction(string kind)
    {
        await using (var transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted))
        {
            await (kind switch { "text" => RunAsync($"INSERT INTO {_table} (n) VALUES (1); INSERT INTO {_table} (n) VALUES (3)"), "values" => AddAsync(1), _ => AddTogetherAsync(1, 3) });
            await AddAsync(2);
            await transaction.RollbackAsync();
        }

        Assert.Equal(0L, await CountAsync());
    }

    [Fact]
    public async Task AFirstStatementThatFailsLeavesTheTransactionOpen()
    {
        await AddAsync(1);
        var thread = _connection.ServerThread;
        await using (var transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted))
        {
            Assert.Equal(MySqlErrorCode.DuplicateKeyEntry, (await Assert.ThrowsAsync<MySqlException>(() => AddAsync(1))).ErrorCode);
            await AddAsync(2);
            await transaction.RollbackAsync();
        }

        Assert.Equal(1L, await CountAsync());
        Assert.Equal(thread, _connection.ServerThread);
    }

    [Fact]
    public async Task AFirstStatementThatCannotBeSentLeavesTheTransactionToBeOpened()
    {
        await using (var transaction = await _connection.BeginTransactionAsync())
        {
            await Assert.ThrowsAnyAsync<Exception>(() => AddAsync(new object()));
            await AddAsync(1);
            await transaction.RollbackAsync();
        }

        Assert.Equal(0L, await CountAsync());
    }

    [Fact]
    public async Task ATransactionWithoutStatementsIsNotToldToTheServer()
    {
        var before = await BegunAsync();
        await using (var transaction = await _connection.BeginTransactionAsync()) await transaction.CommitAsync();
        await using (await _connection.BeginTransactionAsync()) { }
        await AddAsync(1);

        Assert.Equal(before, await BegunAsync());
        await RunAsync("ROLLBACK");
        Assert.Equal(1L, await CountAsync());
    }

    [Fact]
    public async Task AConnectionGivenBackInAnUnopenedTransactionIsInNone()
    {
        await using var database = new MySqlDataSource(fixture.With("MaximumPoolSize=1;ConnectionReset=false"));
        var connection = await database.OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        await connection.CloseAsync();

        await using (var other = await database.OpenConnectionAsync())
        {
            await using var command = new MySqlCommand($"INSERT INTO {_table} (n) VALUES (1)", other);
            await command.ExecuteNonQueryAsync();
        }

        Assert.Equal(1L, await CountAsync());
    }

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted, 1L)]
    [InlineData(IsolationLevel.RepeatableRead, 0L)]
    [InlineData(IsolationLevel.Snapshot, 0L)]
    public async Task TheLevelIsTheOneAskedFor(IsolationLevel level, long seen)
    {
        await using var transaction = await _connection.BeginTransactionAsync(level);
        Assert.Equal(0L, await CountAsync());
        await fixture.AloneAsync($"INSERT INTO {_table} (n) VALUES (1)");

        Assert.Equal(seen, await CountAsync());
        await transaction.CommitAsync();
        Assert.Equal(1L, await CountAsync());
    }

    [Fact]
    public async Task AFirstStatementOfSeveralPacketsIsAnsweredInOrder()
    {
        await using (var transaction = await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted))
        {
            await AddAsync(1, new byte[17 * 1024 * 1024]);
            await AddAsync(2);
            await transaction.CommitAsync();
        }

        Assert.Equal(2L, await CountAsync());
    }

    private async Task AddAsync(object n, byte[]? note = null)
    {
        await using var command = new MySqlCommand($"INSERT INTO {_table} VALUES (@n, @note)", _connection, _connection.Transaction);
        command.Parameters.AddWithValue("@n", n);
        command.Parameters.AddWithValue("@note", note);
        await command.ExecuteNonQueryAsync();
    }

    private async Task AddTogetherAsync(params int[] numbers)
    {
        await using var batch = _connection.CreateBatch();
        foreach (var n in numbers)
        {
            var command = new MySqlBatchCommand($"INSERT INTO {_table} (n) VALUES (@n)");
            command.Parameters.AddWithValue("@n", n);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
    }

    private async Task<int> RunAsync(string sql)
    {
        await using var command = new MySqlCommand(sql, _connection, _connection.Transaction);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<long> CountAsync()
    {
        await using var command = new MySqlCommand($"SELECT COUNT(*) FROM {_table}", _connection, _connection.Transaction);
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }

    private async Task<string> BegunAsync()
    {
        await using var command = new MySqlCommand("SHOW SESSION STATUS LIKE 'Com_begin'", _connection);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return reader.GetString(1);
    }
}
