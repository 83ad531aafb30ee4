using System.Data;
using System.Data.Common;
using MySqlConnector.Protocol;

namespace MySqlConnector;

/// <summary>
/// Several statements in one round trip, in order. All of them are run, whatever becomes of the first: an error breaks the connection, so
/// that an open transaction is rolled back. So a commit does not belong in it.
/// </summary>
public sealed class MySqlBatch : DbBatch
{
    private int? _timeout;

    public MySqlBatch(MySqlConnection? connection = null, MySqlTransaction? transaction = null) => (Connection, Transaction) = (connection, transaction);

    public new MySqlConnection? Connection { get; set; }

    public new MySqlTransaction? Transaction { get; set; }

    public new MySqlBatchCommandCollection BatchCommands { get; } = new();

    /// <summary>Seconds for each wait on the server; 0 waits for ever.</summary>
    public override int Timeout { get => _timeout ?? Connection?.Settings.CommandTimeoutSeconds ?? 30; set => _timeout = value; }

    protected override DbConnection? DbConnection { get => Connection; set => Connection = (MySqlConnection?)value; }

    protected override DbTransaction? DbTransaction { get => Transaction; set => Transaction = (MySqlTransaction?)value; }

    protected override DbBatchCommandCollection DbBatchCommands => BatchCommands;

    public override void Cancel()
    {
        if (Connection is { State: ConnectionState.Open } connection) connection.Session.CancelExchange();
    }

    public override void Prepare() { }

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override int ExecuteNonQuery() => ExecuteNonQueryAsync().GetAwaiter().GetResult();

    public override object? ExecuteScalar() => ExecuteScalarAsync().GetAwaiter().GetResult();

    /// <returns>Rows affected by all statements together; -1 if there was none that affects rows.</returns>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default)
    {
        var reader = await StartAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false)) { }
            return reader.RecordsAffected;
        }
    }

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default)
    {
        var reader = await StartAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
            return reader.FieldCount > 0 && await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetValue(0) : null;
    }

    protected override DbBatchCommand CreateDbBatchCommand() => new MySqlBatchCommand();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => StartAsync(behavior, CancellationToken.None).GetAwaiter().GetResult();

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await StartAsync(behavior, cancellationToken).ConfigureAwait(false);

    private async Task<MySqlDataReader> StartAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (BatchCommands.Count == 0) throw new InvalidOperationException("The batch has no commands.");
        Session? session = null;
        var statements = new (SqlText, object?[])[BatchCommands.Count];
        for (var i = 0; i < statements.Length; i++)
        {
            var command = new MySqlCommand(BatchCommands[i].CommandText, Connection, Transaction);
            session = command.Begin(out var sql);
            if (sql.IsSeveral) throw new NotSupportedException("A command of a batch is one statement.");
            statements[i] = (sql, BatchCommands[i].Parameters.Arrange(sql));
        }

        var carrier = new MySqlCommand(null, Connection, Transaction) { CommandTimeout = Timeout };
        return new MySqlDataReader(carrier, session!, await session!.ExecuteAsync(statements, carrier.Milliseconds, cancellationToken).ConfigureAwait(false), behavior);
    }
}

/// <summary>One statement of a <see cref="MySqlBatch"/>.</summary>
public sealed class MySqlBatchCommand(string commandText = "") : DbBatchCommand
{
    public override string CommandText { get; set; } = commandText;

    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text) throw new NotSupportedException("Only text commands are supported.");
        }
    }

    /// <summary>Not told for each statement; see <see cref="MySqlBatch.ExecuteNonQueryAsync"/>.</summary>
    public override int RecordsAffected => -1;

    public new MySqlParameterCollection Parameters { get; } = new();

    public override bool CanCreateParameter => true;

    public override DbParameter CreateParameter() => new MySqlParameter();

    protected override DbParameterCollection DbParameterCollection => Parameters;
}

public sealed class MySqlBatchCommandCollection : DbBatchCommandCollection
{
    private readonly List<MySqlBatchCommand> _items = [];

    public override int Count => _items.Count;

    public override bool IsReadOnly => false;

    public new MySqlBatchCommand this[int index] { get => _items[index]; set => _items[index] = value; }

    public override void Add(DbBatchCommand item) => _items.Add((MySqlBatchCommand)item);

    public override void Clear() => _items.Clear();

    public override bool Contains(DbBatchCommand item) => _items.Contains((MySqlBatchCommand)item);

    public override void CopyTo(DbBatchCommand[] array, int arrayIndex) => ((System.Collections.ICollection)_items).CopyTo(array, arrayIndex);

    public override IEnumerator<DbBatchCommand> GetEnumerator() => _items.GetEnumerator();

    public override int IndexOf(DbBatchCommand item) => _items.IndexOf((MySqlBatchCommand)item);

    public override void Insert(int index, DbBatchCommand item) => _items.Insert(index, (MySqlBatchCommand)item);

    public override bool Remove(DbBatchCommand item) => _items.Remove((MySqlBatchCommand)item);

    public override void RemoveAt(int index) => _items.RemoveAt(index);

    protected override DbBatchCommand GetBatchCommand(int index) => _items[index];

    protected override void SetBatchCommand(int index, DbBatchCommand batchCommand) => _items[index] = (MySqlBatchCommand)batchCommand;
}
