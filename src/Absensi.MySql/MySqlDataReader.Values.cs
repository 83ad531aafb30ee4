using System.Runtime.CompilerServices;
using MySqlConnector.Protocol;

namespace MySqlConnector;

public sealed partial class MySqlDataReader
{
    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool IsDBNull(int ordinal) => LengthOf(ordinal) < 0;

    public override object GetValue(int ordinal)
    {
        var length = LengthOf(ordinal);
        return length < 0 ? DBNull.Value : Value.Box(_columns[ordinal], _buffer.AsSpan(_offsets[ordinal], length), _session.Settings);
    }

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++) values[i] = GetValue(i);
        return count;
    }

    public override bool GetBoolean(int ordinal) => GetInt64(ordinal) != 0;

    public override byte GetByte(int ordinal) => checked((byte)GetInt64(ordinal));

    public sbyte GetSByte(int ordinal) => checked((sbyte)GetInt64(ordinal));

    public override short GetInt16(int ordinal) => checked((short)GetInt64(ordinal));

    public ushort GetUInt16(int ordinal) => checked((ushort)GetInt64(ordinal));

    public override int GetInt32(int ordinal) => checked((int)GetInt64(ordinal));

    public uint GetUInt32(int ordinal) => checked((uint)GetInt64(ordinal));

    public override long GetInt64(int ordinal) => Value.Int64(_columns[ordinal], Bytes(ordinal));

    public ulong GetUInt64(int ordinal) => Value.UInt64(_columns[ordinal], Bytes(ordinal));

    public override float GetFloat(int ordinal) => (float)GetDouble(ordinal);

    public override double GetDouble(int ordinal) => Value.Double(_columns[ordinal], Bytes(ordinal));

    public override decimal GetDecimal(int ordinal) => Value.Decimal(_columns[ordinal], Bytes(ordinal));

    public override DateTime GetDateTime(int ordinal) => Value.DateTime(_columns[ordinal], Bytes(ordinal), _session.Settings.DateTimeKind);

    /// <summary>The column's date and time taken as UTC.</summary>
    public DateTimeOffset GetDateTimeOffset(int ordinal) => new(Value.DateTime(_columns[ordinal], Bytes(ordinal), DateTimeKind.Utc));

    public DateOnly GetDateOnly(int ordinal) => DateOnly.FromDateTime(GetDateTime(ordinal));

    public TimeSpan GetTimeSpan(int ordinal) => Value.Time(_columns[ordinal], Bytes(ordinal));

    public TimeOnly GetTimeOnly(int ordinal) => TimeOnly.FromTimeSpan(GetTimeSpan(ordinal));

    public override Guid GetGuid(int ordinal) => Value.Guid(_columns[ordinal], Bytes(ordinal));

    /// <summary>Text columns, and decimals and GUIDs in the server's own writing.</summary>
    public override string GetString(int ordinal) => _columns[ordinal].Kind is Kind.Text or Kind.Guid or Kind.Decimal
        ? PayloadReader.Text(Bytes(ordinal))
        : throw Value.NoConversion(_columns[ordinal], typeof(string));

    public override char GetChar(int ordinal) => GetString(ordinal) is [var letter] ? letter : throw new InvalidCastException("The text is not one character.");

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        var bytes = Bytes(ordinal);
        return buffer is null ? bytes.Length : Copy(bytes, dataOffset, buffer, bufferOffset, length);
    }

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length)
    {
        var text = GetString(ordinal);
        return buffer is null ? text.Length : Copy<char>(text, dataOffset, buffer, bufferOffset, length);
    }

    public override Stream GetStream(int ordinal) => new MemoryStream(Bytes(ordinal).ToArray(), writable: false);

    public override T GetFieldValue<T>(int ordinal)
    {
        if (typeof(T) == typeof(int)) return As<int, T>(GetInt32(ordinal));
        if (typeof(T) == typeof(long)) return As<long, T>(GetInt64(ordinal));
        if (typeof(T) == typeof(ulong)) return As<ulong, T>(GetUInt64(ordinal));
        if (typeof(T) == typeof(bool)) return As<bool, T>(GetBoolean(ordinal));
        if (typeof(T) == typeof(double)) return As<double, T>(GetDouble(ordinal));
        if (typeof(T) == typeof(decimal)) return As<decimal, T>(GetDecimal(ordinal));
        if (typeof(T) == typeof(DateTime)) return As<DateTime, T>(GetDateTime(ordinal));
        if (typeof(T) == typeof(DateTimeOffset)) return As<DateTimeOffset, T>(GetDateTimeOffset(ordinal));
        if (typeof(T) == typeof(DateOnly)) return As<DateOnly, T>(GetDateOnly(ordinal));
        if (typeof(T) == typeof(TimeSpan)) return As<TimeSpan, T>(GetTimeSpan(ordinal));
        if (typeof(T) == typeof(TimeOnly)) return As<TimeOnly, T>(GetTimeOnly(ordinal));
        if (typeof(T) == typeof(Guid)) return As<Guid, T>(GetGuid(ordinal));
        if (typeof(T) == typeof(byte)) return As<byte, T>(GetByte(ordinal));
        if (typeof(T) == typeof(sbyte)) return As<sbyte, T>(GetSByte(ordinal));
        if (typeof(T) == typeof(short)) return As<short, T>(GetInt16(ordinal));
        if (typeof(T) == typeof(ushort)) return As<ushort, T>(GetUInt16(ordinal));
        if (typeof(T) == typeof(uint)) return As<uint, T>(GetUInt32(ordinal));
        if (typeof(T) == typeof(float)) return As<float, T>(GetFloat(ordinal));
        if (typeof(T) == typeof(char)) return As<char, T>(GetChar(ordinal));
        if (typeof(T) == typeof(string) && !IsDBNull(ordinal)) return (T)(object)GetString(ordinal);
        return Uncommon<T>(ordinal);
    }

    public override string GetName(int ordinal) => _columns[ordinal].Name;

    /// <exception cref="ArgumentOutOfRangeException">No column has this name, in whatever case.</exception>
    public override int GetOrdinal(string name)
    {
        var index = Array.FindIndex(_columns, column => column.Name == name);
        if (index < 0) index = Array.FindIndex(_columns, column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new ArgumentOutOfRangeException(nameof(name), name, "The result has no such column.");
    }

    public override Type GetFieldType(int ordinal) => _columns[ordinal].ClrType;

    public override string GetDataTypeName(int ordinal) => _columns[ordinal].Type.ToString().ToUpperInvariant();

    private static T As<TFrom, T>(TFrom value) => Unsafe.As<TFrom, T>(ref value);

    private static int Copy<T>(ReadOnlySpan<T> from, long offset, T[] buffer, int bufferOffset, int length)
    {
        var part = from[(int)Math.Min(offset, from.Length)..];
        part = part[..Math.Min(length, part.Length)];
        part.CopyTo(buffer.AsSpan(bufferOffset));
        return part.Length;
    }

    private T Uncommon<T>(int ordinal)
    {
        var target = Nullable.GetUnderlyingType(typeof(T));
        if (IsDBNull(ordinal) && (target is not null || typeof(T) == typeof(DBNull) || typeof(T) == typeof(object)))
            return typeof(T) == typeof(DBNull) || typeof(T) == typeof(object) ? (T)(object)DBNull.Value : default!;
        if (typeof(T) == typeof(Stream)) return (T)(object)GetStream(ordinal);
        if (typeof(T) == typeof(TextReader)) return (T)(object)new StringReader(GetString(ordinal));
        target ??= typeof(T);
        if (target.IsEnum) return (T)Enum.ToObject(target, GetInt64(ordinal));
        if (target != typeof(T)) return (T)typeof(MySqlDataReader).GetMethod(nameof(GetFieldValue))!.MakeGenericMethod(target).Invoke(this, [ordinal])!;
        _ = Bytes(ordinal);
        return GetValue(ordinal) is T value ? value : throw Value.NoConversion(_columns[ordinal], typeof(T));
    }

    private int LengthOf(int ordinal)
    {
        if (!_hasRow) throw new InvalidOperationException("There is no row here; Read has not been called or has returned false.");
        if ((uint)ordinal >= (uint)_columns.Length) throw new ArgumentOutOfRangeException(nameof(ordinal), ordinal, "The result has no such column.");
        return _lengths[ordinal];
    }

    private ReadOnlySpan<byte> Bytes(int ordinal)
    {
        var length = LengthOf(ordinal);
        if (length < 0) throw new InvalidCastException($"Column '{_columns[ordinal].Name}' is NULL.");
        return _buffer.AsSpan(_offsets[ordinal], length);
    }
}
