using System.Data;
using System.Diagnostics;
using Absensi.Testing;
using MySqlConnector;

namespace Absensi.MySql.Tests;

/// <summary>A server of its own, since these tests stop it.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private MariaDbServer _server = null!;
    private string _connectionString = "";

    public async Task InitializeAsync()
    {
        _server = await MariaDbServer.CreateAsync();
        _connectionString = await _server.CreateDatabaseAsync() + ";ConnectionTimeout=5";
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task APoolRecoversByItselfFromARestartOfTheServer()
    {
        await using var database = new MySqlDataSource(_connectionString);
        await UseAsync(database, 5);
        Assert.Equal(5, database.Pool!.IdleCount);

        await _server.RestartAsync();

        await UseAsync(database, 5);
        await _server.KillAsync();
        await Assert.ThrowsAsync<MySqlException>(() => UseAsync(database, 1));
        await _server.StartAsync();
        await UseAsync(database, 5);
        Assert.Equal(0, database.Pool.BusyCount);
    }

    [Fact]
    public async Task AConnectionInUseWhileTheServerDiesFailsAndIsThrownAway()
    {
        await using var database = new MySqlDataSource(_connectionString);
        await using (var connection = await database.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Snapshot);
            await _server.KillAsync();

            var error = await Assert.ThrowsAsync<MySqlException>(() => transaction.CommitAsync());

            Assert.Equal((null, true), (error.SqlState, error.IsTransient));
            Assert.Equal(ConnectionState.Closed, connection.State);
        }
        Assert.Equal((0, 0), (database.Pool!.IdleCount, database.Pool.BusyCount));
        await _server.StartAsync();
        await UseAsync(database, 1);
    }

    [Fact]
    public async Task AFrozenServerTimesOutEveryCallAndLeaksNoPlaceInThePool()
    {
        await using var database = new MySqlDataSource(_connectionString + ";ConnectionTimeout=1;DefaultCommandTimeout=1;MaximumPoolSize=4");
        await UseSoonAsync(database, 2);
        _server.Freeze();
        var began = Stopwatch.GetTimestamp();

        var errors = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ => await Assert.ThrowsAsync<MySqlException>(() => UseAsync(database, 1))));

        // At worst: a second for the place, a second to connect or to ask; three turns of four.
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 30);
        Assert.All(errors, error => Assert.Contains(error.ErrorCode, new[] { MySqlErrorCode.CommandTimeoutExpired, MySqlErrorCode.UnableToConnectToHost }));
        Assert.Equal((0, 0), (database.Pool!.IdleCount, database.Pool.BusyCount));
        _server.Thaw();
        await UseSoonAsync(database, 4);
        Assert.Equal((4, 0), (database.Pool.IdleCount, database.Pool.BusyCount));
    }

    [Fact]
    public async Task ATransactionCutAtAnyByteIsAnExceptionAndNeverAWrongValue()
    {
        await using var direct = new MySqlDataSource(_connectionString);
        await RunAsync(direct, "CREATE TABLE cut (n INT PRIMARY KEY)");
        await using var proxy = new CutProxy(_server.Port);
        await using var database = new MySqlDataSource($"{_connectionString};Port={proxy.Port};Pooling=false;DefaultCommandTimeout=5");
        var (committed, failed) = (new List<int>(), new List<int>());
        var run = 0;

        foreach (var direction in new[] { CutProxy.Direction.ToServer, CutProxy.Direction.ToClient })
        {
            var stages = 0;
            for (var bytes = 0; stages < 5; bytes++)
            {
                proxy.Cut(direction, bytes, abruptly: bytes % 2 == 0);
                stages = await AttemptAsync(database, ++run);
                // Without the answer to COMMIT nobody knows; before COMMIT was sent nothing can have stayed.
                if (stages == 5) committed.Add(run);
                else if (stages < 4) failed.Add(run);
            }
        }

        await using var connection = await direct.OpenConnectionAsync();
        Assert.True(run > 600, $"only {run} places to cut");
        foreach (var n in committed) Assert.Equal(1L, await CountAsync(connection, n));
        Assert.Equal(0L, await CountAsync(connection, failed));
    }

    /// <returns>How far it came: 1 connected, 2 begun, 3 inserted, 4 read back, 5 committed.</returns>
    private static async Task<int> AttemptAsync(MySqlDataSource database, int n)
    {
        var stage = 0;
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            stage = 1;
            await using var transaction = await connection.BeginTransactionAsync();
            stage = 2;
            await using var insert = new MySqlCommand("INSERT INTO cut VALUES (@n)", connection, transaction);
            insert.Parameters.AddWithValue("n", n);
            Assert.Equal(1, await insert.ExecuteNonQueryAsync());
            stage = 3;
            await using var select = new MySqlCommand("SELECT n, 'ya' FROM cut WHERE n = @n", connection, transaction);
            select.Parameters.AddWithValue("n", n);
            await using (var reader = await select.ExecuteReaderAsync())
            {
                Assert.True(await reader.ReadAsync());
                Assert.Equal((n, "ya"), (reader.GetInt32(0), reader.GetString(1)));
                Assert.False(await reader.ReadAsync());
            }
            stage = 4;
            await transaction.CommitAsync();
            stage = 5;
        }
        catch (MySqlException e)
        {
            Assert.Null(e.SqlState);
            Assert.NotEqual(MySqlErrorCode.CommandTimeoutExpired, e.ErrorCode);
        }
        return stage;
    }

    private static async Task<object?> CountAsync(MySqlConnection connection, params IEnumerable<int> numbers)
    {
        await using var command = new MySqlCommand($"SELECT COUNT(*) FROM cut WHERE n IN ({string.Join(',', numbers)})", connection);
        return await command.ExecuteScalarAsync();
    }

    private static async Task RunAsync(MySqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A server that stood still first works off what came meanwhile, for longer than one call may wait.</summary>
    private static async Task UseSoonAsync(MySqlDataSource database, int count)
    {
        for (var patience = Stopwatch.StartNew(); ;)
        {
            try
            {
                await UseAsync(database, count);
                return;
            }
            catch (MySqlException e) when (e.IsTransient && patience.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Holds <paramref name="count"/> connections at once and asks something of each.</summary>
    private static async Task UseAsync(MySqlDataSource database, int count)
    {
        var connections = new List<MySqlConnection>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                connections.Add(await database.OpenConnectionAsync());
                await using var command = new MySqlCommand("SELECT 41 + @one", connections[i]);
                command.Parameters.AddWithValue("one", 1);
                Assert.Equal(42L, await command.ExecuteScalarAsync());
            }
        }
        finally
        {
            foreach (var connection in connections) await connection.DisposeAsync();
        }
    }
}
