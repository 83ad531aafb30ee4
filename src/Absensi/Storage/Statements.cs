using System.Data.Common;
using Dapper;

namespace Absensi.Storage;

/// <summary>SQL with its values, to be run together with others.</summary>
public class Statement(string sql, params (string Name, object? Value)[] parameters)
{
    internal string Sql => sql;

    internal virtual bool HasRows => false;

    internal void Fill(DbParameterCollection into, Func<DbParameter> create)
    {
        foreach (var (name, value) in parameters)
        {
            var parameter = create();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            into.Add(parameter);
        }
    }

    internal virtual Task TakeAsync(DbDataReader reader, CancellationToken cancel) => Task.CompletedTask;

    internal async Task RunAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        Fill(command.Parameters, command.CreateParameter);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        await TakeAsync(rows, cancel);
    }
}

/// <summary>A statement whose rows are wanted.</summary>
public sealed class Question<T>(string sql, params (string Name, object? Value)[] parameters) : Statement(sql, parameters)
{
    /// <summary>What it was answered with, once it was run.</summary>
    public List<T> Rows { get; } = [];

    internal override bool HasRows => true;

    internal override async Task TakeAsync(DbDataReader reader, CancellationToken cancel)
    {
        var parse = reader.GetRowParser<T>();
        while (await reader.ReadAsync(cancel)) Rows.Add(parse(reader));
    }
}

/// <summary>What is run within one transaction.</summary>
public sealed class Statements(DbConnection connection, DbTransaction transaction, CancellationToken cancel)
{
    public Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters) => connection.QueryAsync<T>(Command(sql, parameters));
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Runs them in order, on a server in one round trip: under the log's lock every other writer waits for each of them.</summary>
    public async Task TogetherAsync(params IReadOnlyList<Statement> statements)
    {
        if (!connection.CanCreateBatch)
        {
            foreach (var statement in statements) await statement.RunAsync(connection, transaction, cancel);
            return;
        }

        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var statement in statements)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = statement.Sql;
            statement.Fill(command.Parameters, command.CreateParameter);
            batch.BatchCommands.Add(command);
        }

        await using var results = await batch.ExecuteReaderAsync(cancel);
        foreach (var statement in statements.Where(s => s.HasRows))
        {
            if (results.FieldCount == 0) await results.NextResultAsync(cancel);
            await statement.TakeAsync(results, cancel);
            await results.NextResultAsync(cancel);
        }

        while (await results.NextResultAsync(cancel))
        {
        }
    }

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: cancel);
}
