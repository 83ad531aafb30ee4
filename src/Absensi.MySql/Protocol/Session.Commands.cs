namespace MySqlConnector.Protocol;

/// <summary>The head of one result. With columns, rows follow; without, this is all, and the numbers count.</summary>
internal readonly record struct ResultHead(Column[]? Columns, long AffectedRows, ulong LastInsertId);

internal sealed partial class Session
{
    private const ushort MostColumns = 4096;

    /// <summary>Statements whose replies come after the one being read.</summary>
    private readonly Queue<PreparedStatement> _following = [];

    /// <summary>What opens a transaction; it travels with the first statement of it.</summary>
    private string? _opening;

    /// <summary>Opens a transaction with the next statement, in the same round trip. An error of it breaks the session.</summary>
    public void BeginWithNext(string opening) => _opening = opening;

    /// <summary>Takes back an opening that has not been sent.</summary>
    /// <returns>False if there is none to take back.</returns>
    public bool ForgetOpening()
    {
        if (_opening is null) return false;
        _opening = null;
        return true;
    }

    /// <summary>Of the statement read last, or of those sent along with it.</summary>
    public bool HasMoreResults => Status.HasFlag(ServerStatus.MoreResults) || _repliesDue > 0;

    /// <summary>Runs text without parameters, as one or several statements. Rows are let pass; that there were some shows in the columns of what is returned.</summary>
    public async ValueTask<ResultHead> QueryAsync(string sql, int timeout, CancellationToken cancellationToken)
    {
        var token = _deadline.Begin(timeout, cancellationToken);
        try
        {
            var isOpening = WriteOpening();
            Continue(Command.Query);
            _writer.Text(sql);
            await SendAsync(token, 1, isOpening).ConfigureAwait(false);
            if (isOpening) await ReadOpeningAsync(token).ConfigureAwait(false);
            return await ReadToLastAsync(token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Failed(e, cancellationToken);
        }
        finally
        {
            _deadline.End();
        }
    }

    /// <summary>Prepares the statement if this connection has not yet, runs it, and reads up to its rows.</summary>
    /// <exception cref="ArgumentException">A value cannot be sent; the session is intact.</exception>
    public async ValueTask<ResultHead> ExecuteAsync(SqlText sql, object?[] values, int timeout, CancellationToken cancellationToken)
    {
        var token = _deadline.Begin(timeout, cancellationToken);
        try
        {
            var statement = FindStatement(sql) ?? await PrepareAsync(sql, token).ConfigureAwait(false);
            var isOpening = WriteOpening();
            WriteExecute(statement, values);
            await SendAsync(token, 1, isOpening).ConfigureAwait(false);
            if (isOpening) await ReadOpeningAsync(token).ConfigureAwait(false);
            var head = await ReadHeadAsync(statement.Columns, token).ConfigureAwait(false);
            statement.Columns = head.Columns;
            return head;
        }
        catch (Exception e)
        {
            if (e is MySqlException { ErrorCode: MySqlErrorCode.NeedReprepare }) Forget(sql.Text);
            throw Failed(e, cancellationToken);
        }
        finally
        {
            _deadline.End();
        }
    }

    /// <summary>
    /// Runs several statements in one round trip, and reads up to the first one's rows; the others' follow as further results. The server
    /// runs all of them, whatever becomes of the first: an error breaks the session, which takes back an open transaction.
    /// </summary>
    public async ValueTask<ResultHead> ExecuteAsync(IReadOnlyList<(SqlText Sql, object?[] Values)> statements, int timeout, CancellationToken cancellationToken)
    {
        if (statements.Count > Settings.StatementCacheSize) throw new NotSupportedException("A batch may hold no more statements than StatementCacheSize.");
        var token = _deadline.Begin(timeout, cancellationToken);
        try
        {
            var prepared = new PreparedStatement[statements.Count];
            for (var i = 0; i < prepared.Length; i++) prepared[i] = FindStatement(statements[i].Sql) ?? await PrepareAsync(statements[i].Sql, token).ConfigureAwait(false);
            var isOpening = WriteOpening();
            for (var i = 0; i < prepared.Length; i++)
            {
                if (i > 0) _writer.End();
                WriteExecute(prepared[i], statements[i].Values);
            }

            _following.Clear();
            foreach (var statement in prepared.AsSpan(1)) _following.Enqueue(statement);
            // Not waited for: the server may have to be read from before it takes the rest. A write that fails shows in the reading.
            _ = SendAsync(token, prepared.Length, isOpening).AsTask().ContinueWith(static sent => sent.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            if (isOpening) await ReadOpeningAsync(token).ConfigureAwait(false);
            var head = await ReadHeadAsync(prepared[0].Columns, token).ConfigureAwait(false);
            prepared[0].Columns = head.Columns;
            return head;
        }
        catch (Exception e)
        {
            throw Failed(e, cancellationToken);
        }
        finally
        {
            _deadline.End();
        }
    }

    /// <summary>True if a row is here, false at the end of rows, null if more must be read.</summary>
    public bool? TryNextRow() => _wire.TryNext() ? IsRow() : null;

    public async ValueTask<bool> NextRowAsync(int timeout, CancellationToken cancellationToken)
    {
        var token = _deadline.Begin(timeout, cancellationToken);
        try
        {
            await _wire.NextAsync(token).ConfigureAwait(false);
            return IsRow();
        }
        catch (Exception e)
        {
            throw Failed(e, cancellationToken);
        }
        finally
        {
            _deadline.End();
        }
    }

    public async ValueTask<ResultHead> NextResultAsync(int timeout, CancellationToken cancellationToken)
    {
        var token = _deadline.Begin(timeout, cancellationToken);
        try
        {
            if (Status.HasFlag(ServerStatus.MoreResults) || !_following.TryDequeue(out var statement)) return await ReadHeadAsync(null, token).ConfigureAwait(false);
            var head = await ReadHeadAsync(statement.Columns, token).ConfigureAwait(false);
            statement.Columns = head.Columns;
            return head;
        }
        catch (Exception e)
        {
            throw Failed(e, cancellationToken);
        }
        finally
        {
            _deadline.End();
        }
    }

    /// <summary>Where the row taken last lies, its first byte included. Valid until the next is taken.</summary>
    public (byte[] Buffer, int Start, int Length) Row => _wire.Place;

    /// <summary>Begins a write, with the opening of a transaction where one is due.</summary>
    private bool WriteOpening()
    {
        _writer.Clear();
        if (_opening is not { } opening) return false;
        Continue(Command.Query);
        _writer.Text(opening);
        _writer.End();
        return true;
    }

    private async ValueTask ReadOpeningAsync(CancellationToken cancellationToken)
    {
        do await ReadHeadAsync(null, cancellationToken).ConfigureAwait(false);
        while (Status.HasFlag(ServerStatus.MoreResults));
    }

    private async ValueTask<ResultHead> ReadToLastAsync(CancellationToken cancellationToken)
    {
        var affected = 0L;
        Column[]? passed = null;
        ResultHead head;
        do
        {
            head = await ReadHeadAsync(null, cancellationToken).ConfigureAwait(false);
            if (head.Columns is null) affected += head.AffectedRows;
            else
            {
                passed = head.Columns;
                do await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
                while (!IsEndOfTextRows());
            }
        }
        while (HasMoreResults);
        return head with { AffectedRows = affected, Columns = passed };
    }

    private async ValueTask<ResultHead> ReadHeadAsync(Column[]? known, CancellationToken cancellationToken)
    {
        await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
        switch (_wire.Payload)
        {
            case [Reply.Ok, ..]: return ReadOutcome();
            case [Reply.Error, ..]: throw ReadError();
            case [Reply.LocalInfile, ..]: throw MySqlException.Malformed("a request for a local file");
        }
        var count = ReadColumnCount();
        var columns = known?.Length == count ? known : new Column[count];
        for (var i = 0; i < count; i++)
        {
            if (!_wire.TryNext()) await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
            var column = Column.Read(_wire.Payload, columns[i], Settings);
            // The array may be in the hands of an earlier reader; it is replaced, never changed.
            if (columns == known && column != known![i]) columns = [.. known];
            columns[i] = column;
        }
        if (!_agreed.HasFlag(Capabilities.DeprecateEof)) await ReadEofAsync(cancellationToken).ConfigureAwait(false);
        return new ResultHead(columns, -1, 0);
    }

    private int ReadColumnCount()
    {
        var reader = new PayloadReader(_wire.Payload);
        var count = reader.LengthEncoded();
        return count is > 0 and <= MostColumns && reader.Left == 0 ? (int)count : throw MySqlException.Malformed("an impossible number of columns");
    }

    private async ValueTask ReadEofAsync(CancellationToken cancellationToken)
    {
        await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
        if (_wire.Payload is not [Reply.End, _, _, _, _]) throw MySqlException.Malformed("no end where one must be");
    }

    private bool IsRow()
    {
        switch (_wire.Payload)
        {
            case [Reply.Ok, ..]: return true;
            case [Reply.Error, ..]: throw ReadError();
            case [Reply.End, ..]:
                ReadEnd();
                return false;
            default: throw MySqlException.Malformed("neither a row nor an end");
        }
    }

    /// <summary>In text rows 0xFE may also begin a value of 16 MB and more; an end is always shorter.</summary>
    private bool IsEndOfTextRows()
    {
        if (_wire.Payload is [Reply.Error, ..]) throw ReadError();
        if (_wire.Payload is not [Reply.End, ..] || _wire.Payload.Length >= Wire.LongestPart) return false;
        ReadEnd();
        return true;
    }

    private void ReadEnd()
    {
        if (_agreed.HasFlag(Capabilities.DeprecateEof)) ReadOutcome();
        else
        {
            var reader = new PayloadReader(_wire.Payload);
            reader.Bytes(3); // mark, warnings
            Finish((ServerStatus)reader.UInt16());
        }
    }

    private ResultHead ReadOutcome()
    {
        var reader = new PayloadReader(_wire.Payload[1..]);
        var affected = reader.LengthEncoded();
        var lastInsertId = reader.LengthEncoded();
        var status = (ServerStatus)reader.UInt16();
        reader.UInt16();
        if (affected > long.MaxValue) throw MySqlException.Malformed("an impossible number of rows");
        Finish(status);
        return new ResultHead(null, (long)affected, lastInsertId);
    }

    private MySqlException ReadError()
    {
        var error = MySqlException.FromPacket(_wire.Payload);
        Finish(Status & ~ServerStatus.MoreResults);
        return error;
    }

    private void Finish(ServerStatus status)
    {
        Status = status;
        if (status.HasFlag(ServerStatus.MoreResults)) return;
        _repliesDue = Math.Max(0, _repliesDue - 1);
        _wire.Sequence = FirstOfReply;
        if (_repliesDue > 0) return;
        if (_wire.HasUnreadBytes) throw MySqlException.Malformed("bytes after its last packet");
    }
}
