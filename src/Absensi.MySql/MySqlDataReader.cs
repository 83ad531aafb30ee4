using System.Collections;
using System.Data;
using System.Data.Common;
using MySqlConnector.Protocol;

namespace MySqlConnector;

/// <summary>
/// Rows as they arrive: one at a time, straight from the connection's buffer, however many there are. Disposed with rows left, it lets up to
/// 1 MiB pass and beyond that gives up the connection, telling the server to stop.
/// </summary>
public sealed partial class MySqlDataReader : DbDataReader
{
    private const long LetPass = 1 << 20;

    private readonly MySqlCommand _command;
    private readonly MySqlConnection _connection;
    private readonly Session _session;
    private readonly CommandBehavior _behavior;
    private readonly int _timeout;
    private Column[] _columns = [];
    private int[] _offsets = [];
    private int[] _lengths = [];
    private byte[] _buffer = [];
    private int _rowLength;
    private bool _rowsLeft;
    private bool _hasRow;
    private bool _sawRow;
    private bool _peeked;
    private bool _isClosed;
    private int _affected = -1;

    internal MySqlDataReader(MySqlCommand command, Session session, ResultHead head, CommandBehavior behavior)
    {
        (_command, _connection, _session, _behavior, _timeout) = (command, command.Connection!, session, behavior, command.Milliseconds);
        _connection.Reader = this;
        Take(head);
    }

    public override int FieldCount => _columns.Length;

    public override int Depth => 0;

    /// <summary>Reads ahead to the first row if nobody has yet.</summary>
    public override bool HasRows => _hasRow || _sawRow || (_rowsLeft && Peek());

    public override bool IsClosed => _isClosed;

    /// <summary>Rows affected by the statements so far; -1 for a SELECT.</summary>
    public override int RecordsAffected => _affected;

    public override bool Read() => ReadAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override bool NextResult() => NextResultAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (_peeked)
        {
            _peeked = false;
            return Task.FromResult(_hasRow = true);
        }
        _hasRow = false;
        if (!_rowsLeft) return Task.FromResult(false);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<bool>(cancellationToken);
        try
        {
            return _session.TryNextRow() is { } isRow ? Task.FromResult(Accept(isRow)) : ReadFurtherAsync(cancellationToken);
        }
        catch (MySqlException e)
        {
            _rowsLeft = false;
            return Task.FromException<bool>(_session.Failed(e, cancellationToken));
        }
    }

    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        _peeked = false;
        while (_rowsLeft) await ReadAsync(cancellationToken).ConfigureAwait(false);
        (_columns, _hasRow, _sawRow) = ([], false, false);
        if (_session.IsBroken || !_session.HasMoreResults) return false;
        // A statement's own outcome (of CALL, say) is a result without rows: counted, not shown.
        do Take(await _session.NextResultAsync(_timeout, cancellationToken).ConfigureAwait(false));
        while (!_rowsLeft && _session.HasMoreResults);
        return _rowsLeft;
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    public override async Task CloseAsync()
    {
        if (_isClosed) return;
        try
        {
            await LeaveAsync().ConfigureAwait(false);
        }
        finally
        {
            (_isClosed, _hasRow) = (true, false);
            _connection.Reader = null;
            if (_behavior.HasFlag(CommandBehavior.CloseConnection)) await _connection.CloseAsync().ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Close();
    }

    private async Task<bool> ReadFurtherAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Accept(await _session.NextRowAsync(_timeout, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            _rowsLeft = false;
            throw;
        }
    }

    private bool Peek()
    {
        _peeked = Read();
        _hasRow = false;
        return _peeked;
    }

    private void Take(ResultHead head)
    {
        _sawRow = false;
        _rowsLeft = head.Columns is not null;
        if (head.Columns is null)
        {
            _affected = MySqlCommand.Rows(Math.Max(_affected, 0) + head.AffectedRows);
            if (head.LastInsertId != 0) _command.LastInsertedId = (long)head.LastInsertId;
            return;
        }
        _columns = head.Columns;
        if (_offsets.Length < _columns.Length) (_offsets, _lengths) = (new int[_columns.Length], new int[_columns.Length]);
    }

    private bool Accept(bool isRow)
    {
        if (isRow)
        {
            (_buffer, var start, _rowLength) = _session.Row;
            Locate(_columns, _buffer.AsSpan(0, start + _rowLength), start);
        }
        _sawRow |= isRow;
        return _hasRow = _rowsLeft = isRow;
    }

    /// <summary>Finds every value of the row that fills <paramref name="buffer"/> from <paramref name="start"/>; one that is not exactly its values is malformed.</summary>
    private void Locate(Column[] columns, ReadOnlySpan<byte> buffer, int start)
    {
        var position = start + 1 + (columns.Length + 9) / 8;
        if (position > buffer.Length) throw MySqlException.Malformed("a row shorter than its columns");
        var nulls = buffer[(start + 1)..position];
        var (offsets, lengths) = (_offsets, _lengths);
        for (var i = 0; i < columns.Length; i++)
        {
            if ((nulls[(i + 2) >> 3] & (1 << ((i + 2) & 7))) != 0)
            {
                lengths[i] = -1;
                continue;
            }
            var size = columns[i].FixedSize;
            if (size == 0)
            {
                if (position < buffer.Length && buffer[position] < 0xFB) size = buffer[position++];
                else
                {
                    var reader = new PayloadReader(buffer[position..]);
                    size = (int)Math.Min(reader.LengthEncoded(), int.MaxValue);
                    position = buffer.Length - reader.Left;
                }
            }
            if (size > buffer.Length - position) throw MySqlException.Malformed("a value longer than its row");
            (offsets[i], lengths[i]) = (position, size);
            position += size;
        }
        if (position != buffer.Length) throw MySqlException.Malformed("a row longer than its columns");
    }

    private async ValueTask LeaveAsync()
    {
        try
        {
            var passed = 0L;
            while (!_session.IsBroken && (_rowsLeft || _session.HasMoreResults))
            {
                if (!_rowsLeft) await NextResultAsync(CancellationToken.None).ConfigureAwait(false);
                else if (await ReadAsync(CancellationToken.None).ConfigureAwait(false)) passed += _rowLength;
                if (passed > LetPass) _session.Break(kill: true);
            }
        }
        catch (MySqlException)
        {
            // The rows were not wanted any more; a session broken on the way is thrown away on return.
        }
    }
}
