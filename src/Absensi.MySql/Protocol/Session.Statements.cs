using System.Runtime.InteropServices;

namespace MySqlConnector.Protocol;

internal sealed partial class Session
{
    private readonly Dictionary<string, PreparedStatement> _statements = [];

    /// <summary>Statements to close with the next write; closing has no reply, so it needs no trip of its own.</summary>
    private readonly List<uint> _toClose = [];

    private long _statementUses;

    private PreparedStatement? FindStatement(SqlText sql)
    {
        if (!_statements.TryGetValue(sql.Text, out var statement)) return null;
        statement.LastUse = ++_statementUses;
        return statement;
    }

    private async ValueTask<PreparedStatement> PrepareAsync(SqlText sql, CancellationToken cancellationToken)
    {
        MakeRoomForStatement();
        _writer.Clear();
        foreach (var id in CollectionsMarshal.AsSpan(_toClose))
        {
            Continue(Command.StatementClose);
            _writer.UInt32(id);
            _writer.End();
        }
        _toClose.Clear();
        Continue(Command.StatementPrepare);
        _writer.Text(sql.Text);
        await SendAsync(cancellationToken).ConfigureAwait(false);

        await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
        if (_wire.Payload is [Reply.Error, ..]) throw ReadError();
        var (statementId, columns, parameters) = ReadPrepared();
        var perList = _agreed.HasFlag(Capabilities.DeprecateEof) ? 0 : 1;
        // The definitions come again, and in force, with each execution.
        var toSkip = (parameters > 0 ? parameters + perList : 0) + (columns > 0 ? columns + perList : 0);
        for (; toSkip > 0; toSkip--) await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
        Finish(Status & ~ServerStatus.MoreResults);

        if (parameters != sql.Placeholders.Length)
        {
            _toClose.Add(statementId);
            throw new InvalidOperationException($"The statement has {sql.Placeholders.Length} placeholders; the server sees {parameters}.");
        }
        var statement = new PreparedStatement(statementId) { LastUse = ++_statementUses };
        if (Settings.StatementCacheSize > 0) _statements[sql.Text] = statement;
        else _toClose.Add(statementId);
        return statement;
    }

    private (uint Id, int Columns, int Parameters) ReadPrepared()
    {
        var reader = new PayloadReader(_wire.Payload);
        if (reader.UInt8() != Reply.Ok) throw MySqlException.Malformed("no answer to a preparation");
        return (reader.UInt32(), reader.UInt16(), reader.UInt16());
    }

    /// <summary>Drops the statement unused for longest. Looking at each is cheaper than keeping them in order at every use.</summary>
    private void MakeRoomForStatement()
    {
        if (_statements.Count > 0 && _statements.Count >= Settings.StatementCacheSize) Forget(_statements.MinBy(s => s.Value.LastUse).Key);
    }

    private void Forget(string text)
    {
        if (_statements.Remove(text, out var statement)) _toClose.Add(statement.Id);
    }

    /// <summary>A reset has closed them all on the server's side.</summary>
    private void ForgetStatements()
    {
        _statements.Clear();
        _toClose.Clear();
    }

    private void WriteExecute(PreparedStatement statement, object?[] values)
    {
        Continue(Command.StatementExecute);
        _writer.UInt32(statement.Id);
        _writer.UInt8(0); // no cursor: the rows come at once
        _writer.UInt32(1);
        if (values.Length == 0) return;

        var nulls = _writer.Position;
        _writer.Zeros((values.Length + 7) / 8);
        _writer.UInt8(1); // types follow
        foreach (var value in values) ParameterEncoding.WriteType(_writer, value);
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is null or DBNull) _writer.Or(nulls + i / 8, (byte)(1 << i % 8));
            else ParameterEncoding.WriteValue(_writer, values[i]!);
        }
    }

    private sealed class PreparedStatement(uint id)
    {
        public uint Id { get; } = id;

        public long LastUse { get; set; }

        /// <summary>Columns of the last execution; most often those of the next.</summary>
        public Column[]? Columns { get; set; }
    }
}
