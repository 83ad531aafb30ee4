using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Absensi.Storage;

/// <summary>
/// The one shared database. Reads open a pooled connection; every write goes through <see cref="WriteAsync{T}"/>, which
/// is one transaction, committed before it returns.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    static Database()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateTime));
        SqlMapper.RemoveTypeMap(typeof(DateTime?));
        SqlMapper.AddTypeHandler(new TimeHandler());
        SqlMapper.AddTypeHandler(new DateHandler());
    }

    private const int MostTries = 10;

    public Database(Dialect dialect) => Dialect = dialect;

    public Dialect Dialect { get; }

    public static Database From(Settings settings) => new(settings.Database is { } server ? new MySqlDialect(server) : new SqliteDialect(settings.DataFolder));

    public ValueTask<DbConnection> OpenAsync(CancellationToken cancel) => Dialect.OpenAsync(cancel);

    /// <summary>Runs the work in one transaction and commits it. Nothing of it stays when the work throws.</summary>
    public async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancel)
    {
        using var turn = await Dialect.EnterWriteAsync(cancel);
        await using var connection = await OpenAsync(cancel);
        await using var transaction = await Dialect.BeginAsync(connection, cancel);
        var result = await work(connection, transaction);
        await transaction.CommitAsync(CancellationToken.None);
        return result;
    }

    /// <summary>Runs one statement and commits it. Where a server undoes it so that another may go on, it is run again.</summary>
    public async Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await WriteAsync((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancel)), cancel);
            }
            catch (DbException fault) when (tries < MostTries && Dialect.IsUndone(fault))
            {
            }
        }
    }

    /// <summary>Returns when whatever this process has read so far would survive a crash of the database.</summary>
    public Task FlushAsync(CancellationToken cancel) => Dialect.Flush is { } flush ? ExecuteAsync(flush, null, cancel) : Task.CompletedTask;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancel))).AsList();
    }

    public async Task<T?> FirstAsync<T>(string sql, object? parameters, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancel));
    }

    /// <summary>The answer to a question that says itself how its values are named.</summary>
    public async Task<IReadOnlyList<T>> AskAsync<T>(Question<T> question, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);
        await question.RunAsync(connection, null, cancel);
        return question.Rows;
    }

    /// <summary>The database's clock, UTC. A node's own clock decides nothing.</summary>
    public async Task<DateTime> UtcNowAsync(CancellationToken cancel) => Utc((await FirstAsync<string>($"SELECT {Dialect.UtcNow}", null, cancel))!);

    public static DateTime Utc(string text) =>
        DateTime.ParseExact(text, "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    public ValueTask DisposeAsync() => Dialect.DisposeAsync();

    // SQLite hands out text where a server hands out its own types.
    private sealed class TimeHandler : SqlMapper.TypeHandler<DateTime>
    {
        public override DateTime Parse(object value) => value as DateTime? ?? DateTime.Parse((string)value, CultureInfo.InvariantCulture);
        public override void SetValue(System.Data.IDbDataParameter parameter, DateTime value) =>
            parameter.Value = value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
    }

    private sealed class DateHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) => value is DateTime time ? DateOnly.FromDateTime(time) : DateOnly.Parse(((string)value).AsSpan(0, 10), CultureInfo.InvariantCulture);
        public override void SetValue(System.Data.IDbDataParameter parameter, DateOnly value) => parameter.Value = value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }
}
