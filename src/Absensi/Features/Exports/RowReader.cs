using System.Data.Common;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Absensi.Features.Exports;

/// <summary>
/// The rows of a query, one at a time; cells typed, none of them an object of its own: at a million rows those would be most
/// of the work. A span holds until the next cell is read.
/// </summary>
internal abstract class RowReader(DbDataReader reader) : IAsyncDisposable
{
    /// <summary>Runs a query that takes the time it takes, and ends when <paramref name="cancel"/> says so, even while it looks for its first row.</summary>
    public static async Task<RowReader> QueryAsync(DbConnection connection, string sql, object? parameters, CancellationToken cancel)
    {
        var command = new CommandDefinition(sql, parameters, commandTimeout: 0, cancellationToken: cancel);
        if (connection is not SqliteConnection sqlite) return new ServerRow(Own(await connection.ExecuteReaderAsync(command)));

        // SQLite looks at no token while it searches.
        var interrupt = cancel.Register(() => raw.sqlite3_interrupt(sqlite.Handle));
        try
        {
            return new SqliteRow((SqliteDataReader)Own(await connection.ExecuteReaderAsync(command)), interrupt);
        }
        catch (Exception fault)
        {
            await interrupt.DisposeAsync();
            if (fault is SqliteException && cancel.IsCancellationRequested) throw new OperationCanceledException(fault.Message, fault, cancel);
            throw;
        }
    }

    public abstract ValueTask<bool> ReadAsync(CancellationToken cancel);

    /// <summary>UTF-8; empty where there is none.</summary>
    public abstract ReadOnlySpan<byte> Text(int column);
    public abstract long? Integer(int column);
    public abstract double? Real(int column);
    public abstract DateOnly? Date(int column);

    /// <summary>The time of day of a local time, to the second.</summary>
    public abstract TimeOnly? Time(int column);

    public virtual ValueTask DisposeAsync() => reader.DisposeAsync();

    /// <summary>The driver's own reader, out of the one that Dapper puts round it.</summary>
    private static DbDataReader Own(DbDataReader reader) => reader is IWrappedDataReader { Reader: DbDataReader own } ? own : reader;

    /// <summary>A server's own types, as its driver decodes them.</summary>
    private sealed class ServerRow(DbDataReader reader) : RowReader(reader)
    {
        private readonly DbDataReader _reader = reader;
        private byte[] _text = new byte[256];

        public override ValueTask<bool> ReadAsync(CancellationToken cancel) => new(_reader.ReadAsync(cancel));

        public override ReadOnlySpan<byte> Text(int column)
        {
            if (_reader.IsDBNull(column)) return [];
            var text = _reader.GetString(column);
            if (Encoding.UTF8.GetMaxByteCount(text.Length) is var most && most > _text.Length) _text = new byte[most];
            return _text.AsSpan(0, Encoding.UTF8.GetBytes(text, _text));
        }

        public override long? Integer(int column) => _reader.IsDBNull(column) ? null : _reader.GetInt64(column);
        public override double? Real(int column) => _reader.IsDBNull(column) ? null : _reader.GetDouble(column);
        public override DateOnly? Date(int column) => _reader.IsDBNull(column) ? null : DateOnly.FromDateTime(_reader.GetDateTime(column));
        public override TimeOnly? Time(int column) => _reader.IsDBNull(column) ? null : TimeOnly.FromDateTime(_reader.GetDateTime(column));
    }

    /// <summary>
    /// SQLite keeps dates and times as text of a fixed shape. Cells are read where SQLite itself has them: its ADO.NET reader makes a string
    /// of each text, and asks three times for each cell's type.
    /// </summary>
    private sealed class SqliteRow(SqliteDataReader reader, CancellationTokenRegistration interrupt) : RowReader(reader)
    {
        private readonly SqliteDataReader _reader = reader;
        private readonly sqlite3_stmt _row = reader.Handle!;

        public override ValueTask<bool> ReadAsync(CancellationToken cancel)
        {
            try
            {
                return new ValueTask<bool>(_reader.Read());
            }
            catch (SqliteException fault) when (cancel.IsCancellationRequested)
            {
                throw new OperationCanceledException(fault.Message, fault, cancel);
            }
        }

        public override ReadOnlySpan<byte> Text(int column) => raw.sqlite3_column_blob(_row, column);
        public override long? Integer(int column) => IsNull(column) ? null : raw.sqlite3_column_int64(_row, column);
        public override double? Real(int column) => IsNull(column) ? null : raw.sqlite3_column_double(_row, column);
        public override DateOnly? Date(int column) => Text(column) is { Length: > 0 } text ? new DateOnly(Digits(text, 0, 4), Digits(text, 5, 2), Digits(text, 8, 2)) : null;
        public override TimeOnly? Time(int column) => Text(column) is { Length: > 0 } text ? new TimeOnly(Digits(text, 11, 2), Digits(text, 14, 2), Digits(text, 17, 2)) : null;

        public override async ValueTask DisposeAsync()
        {
            await interrupt.DisposeAsync();
            await base.DisposeAsync();
        }

        private bool IsNull(int column) => raw.sqlite3_column_type(_row, column) == raw.SQLITE_NULL;

        private static int Digits(ReadOnlySpan<byte> text, int start, int length)
        {
            var value = 0;
            foreach (var digit in text.Slice(start, length)) value = value * 10 + (digit - '0');
            return value;
        }
    }
}
