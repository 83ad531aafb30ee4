using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using MySqlConnector.Protocol;

namespace MySqlConnector;

/// <summary>
/// One statement, prepared by the server on first use and kept on its connection. Placeholders are @name, or bare question marks in order.
/// Several statements in one text are run by <see cref="ExecuteNonQueryAsync"/> without parameters, and by nothing else: that is for migrations.
/// </summary>
public sealed class MySqlCommand : DbCommand
{
    private string _text = "";
    private int? _timeout;

    public MySqlCommand() { }

    public MySqlCommand(string? commandText, MySqlConnection? connection = null, MySqlTransaction? transaction = null) =>
        (CommandText, Connection, Transaction) = (commandText, connection, transaction);

    [AllowNull]
    public override string CommandText { get => _text; set => _text = value ?? ""; }

    /// <summary>Seconds for each wait on the server; 0 waits for ever.</summary>
    public override int CommandTimeout
    {
        get => _timeout ?? Connection?.Settings.CommandTimeoutSeconds ?? 30;
        set => _timeout = value is >= 0 and <= int.MaxValue / 1000 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text) throw new NotSupportedException("Only text commands are supported; CALL is text too.");
        }
    }

    public new MySqlConnection? Connection { get; set; }

    public new MySqlTransaction? Transaction { get; set; }

    public new MySqlParameterCollection Parameters { get; } = new();

    /// <summary>The last AUTO_INCREMENT value given out by the last execution; of several rows the first.</summary>
    public long LastInsertedId { get; internal set; }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection { get => Connection; set => Connection = (MySqlConnection?)value; }

    protected override DbTransaction? DbTransaction { get => Transaction; set => Transaction = (MySqlTransaction?)value; }

    protected override DbParameterCollection DbParameterCollection => Parameters;

    /// <summary>Gives up what the connection is doing, and the connection with it; the waiting call ends as if its time were up.</summary>
    public override void Cancel()
    {
        if (Connection is { State: ConnectionState.Open } connection) connection.Session.CancelExchange();
    }

    /// <summary>Nothing: every statement is prepared when it first runs.</summary>
    public override void Prepare() { }

    public new MySqlParameter CreateParameter() => new();

    public override int ExecuteNonQuery() => ExecuteNonQueryAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override object? ExecuteScalar() => ExecuteScalarAsync(CancellationToken.None).GetAwaiter().GetResult();

    public new MySqlDataReader ExecuteReader(CommandBehavior behavior = CommandBehavior.Default) =>
        ExecuteReaderAsync(behavior, CancellationToken.None).GetAwaiter().GetResult();

    /// <returns>Rows found (or changed, with UseAffectedRows) by INSERT, UPDATE, DELETE; -1 if there was none of these.</returns>
    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        var session = Begin(out var sql);
        if (sql.IsSeveral && Parameters.Count == 0)
        {
            var outcome = await session.QueryAsync(sql.Original, Milliseconds, cancellationToken).ConfigureAwait(false);
            LastInsertedId = (long)outcome.LastInsertId;
            return Rows(outcome.AffectedRows);
        }
        var reader = await StartAsync(session, sql, CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false)) { }
            return reader.RecordsAffected;
        }
    }

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        var reader = await ExecuteReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
            return reader.FieldCount > 0 && await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetValue(0) : null;
    }

    public new Task<MySqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) =>
        ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);

    /// <exception cref="MySqlException">The server refused, was lost, or did not answer in time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while the server worked; the connection is gone, the outcome unknown.</exception>
    public new Task<MySqlDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken = default)
    {
        var session = Begin(out var sql);
        return StartAsync(session, sql, behavior, cancellationToken);
    }

    internal int Milliseconds => Settings.Milliseconds(CommandTimeout);

    internal static int Rows(long count) => (int)Math.Min(count, int.MaxValue);

    protected override DbParameter CreateDbParameter() => CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false);

    internal Session Begin(out SqlText sql)
    {
        var connection = Connection ?? throw new InvalidOperationException("The command has no connection.");
        if (_text.Length == 0) throw new InvalidOperationException("The command has no text.");
        if (Transaction != connection.Transaction)
            throw new InvalidOperationException("The command's transaction is not the one its connection is in; set Transaction, or begin none.");
        var session = connection.Idle();
        sql = SqlText.Of(_text, !session.Status.HasFlag(ServerStatus.NoBackslashEscapes));
        session.IsChanged |= sql.ChangesSession;
        session.IsElsewhere |= sql.ChangesDatabase;
        return session;
    }

    private async Task<MySqlDataReader> StartAsync(Session session, SqlText sql, CommandBehavior behavior, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (sql.IsSeveral) throw new NotSupportedException("Several statements in one text are run by ExecuteNonQuery, without parameters, and give no rows.");
        if (Parameters.Count == 0 && sql.Placeholders.Length > 0 && Connection!.Settings.AllowUserVariables) sql = sql.WithUserVariables();
        var values = Parameters.Arrange(sql);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var head = sql.IsUnpreparable
                    ? await session.QueryAsync(sql.Original, Milliseconds, cancellationToken).ConfigureAwait(false)
                    : await session.ExecuteAsync(sql, values, Milliseconds, cancellationToken).ConfigureAwait(false);
                if (sql.IsUnpreparable && head.Columns is not null) throw new NotSupportedException("Rows of a statement the server cannot prepare are not read.");
                return new MySqlDataReader(this, session, head, behavior);
            }
            catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.UnsupportedPreparedStatement && values.Length == 0 && !sql.IsUnpreparable)
            {
                sql.IsUnpreparable = true;
            }
            catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.NeedReprepare && attempt == 1)
            {
                // The tables changed under the statement and the server could not follow; it ran nothing.
            }
        }
    }
}
