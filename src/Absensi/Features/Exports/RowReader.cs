using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Absensi.Features.Exports;

/// <summary>Cells of the current row, typed. SQLite keeps dates and times as text of a fixed shape, a server as values of its own.</summary>
internal sealed class RowReader(DbDataReader reader)
{
    private readonly bool _text = reader is SqliteDataReader;

    public string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    public long? Integer(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
    public double? Real(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    public DateOnly? Date(int column)
    {
        if (reader.IsDBNull(column)) return null;
        if (!_text) return DateOnly.FromDateTime(reader.GetDateTime(column));
        var text = reader.GetString(column);
        return new DateOnly(Digits(text, 0, 4), Digits(text, 5, 2), Digits(text, 8, 2));
    }

    /// <summary>The time of day of a local time.</summary>
    public TimeOnly? Time(int column)
    {
        if (reader.IsDBNull(column)) return null;
        if (!_text) return TimeOnly.FromDateTime(reader.GetDateTime(column));
        var text = reader.GetString(column);
        return new TimeOnly(Digits(text, 11, 2), Digits(text, 14, 2), Digits(text, 17, 2));
    }

    private static int Digits(string text, int start, int length)
    {
        var value = 0;
        foreach (var digit in text.AsSpan(start, length)) value = value * 10 + (digit - '0');
        return value;
    }
}
