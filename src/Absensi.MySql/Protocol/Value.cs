using System.Buffers.Binary;
using System.Globalization;

namespace MySqlConnector.Protocol;

/// <summary>Values of a binary row (protocol: Binary Protocol Value). A value the type cannot hold throws; it is never bent to fit.</summary>
internal static class Value
{
    public static object Box(Column column, ReadOnlySpan<byte> bytes, Settings settings) => column.Kind switch
    {
        Kind.Bool => bytes[0] != 0,
        Kind.SByte => (sbyte)bytes[0],
        Kind.Byte => bytes[0],
        Kind.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        Kind.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        Kind.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        Kind.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        Kind.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        Kind.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        Kind.Year => (int)BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        Kind.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        Kind.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        Kind.Decimal => Decimal(column, bytes),
        Kind.Date or Kind.DateTime => DateTime(column, bytes, settings.DateTimeKind),
        Kind.Time => Time(column, bytes),
        Kind.Bit => Bits(bytes),
        Kind.Text => PayloadReader.Text(bytes),
        Kind.Guid => Guid(column, bytes),
        _ => bytes.ToArray(),
    };

    /// <summary>Any whole number, whatever its column's width.</summary>
    /// <exception cref="OverflowException">An unsigned value above <see cref="long.MaxValue"/>.</exception>
    public static long Int64(Column column, ReadOnlySpan<byte> bytes) => column.Kind switch
    {
        Kind.Bool or Kind.SByte => (sbyte)bytes[0],
        Kind.Byte => bytes[0],
        Kind.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        Kind.UInt16 or Kind.Year => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        Kind.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        Kind.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        Kind.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        Kind.UInt64 => checked((long)BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        Kind.Bit => checked((long)Bits(bytes)),
        Kind.Decimal => (long)Whole(column, bytes),
        _ => throw NoConversion(column, typeof(long)),
    };

    public static ulong UInt64(Column column, ReadOnlySpan<byte> bytes) => column.Kind switch
    {
        Kind.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        Kind.Bit => Bits(bytes),
        Kind.Decimal => (ulong)Whole(column, bytes),
        _ => checked((ulong)Int64(column, bytes)),
    };

    public static double Double(Column column, ReadOnlySpan<byte> bytes) => column.Kind switch
    {
        Kind.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        Kind.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => (double)Decimal(column, bytes),
    };

    public static decimal Decimal(Column column, ReadOnlySpan<byte> bytes) => column.Kind switch
    {
        Kind.Decimal => decimal.TryParse(bytes, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new OverflowException($"The value of column '{column.Name}' does not fit a decimal; read it as text."),
        Kind.UInt64 or Kind.Bit => UInt64(column, bytes),
        _ => Int64(column, bytes),
    };

    public static DateTime DateTime(Column column, ReadOnlySpan<byte> bytes, DateTimeKind kind)
    {
        if (column.Kind is not (Kind.Date or Kind.DateTime)) throw NoConversion(column, typeof(DateTime));
        if (bytes.Length is not (0 or 4 or 7 or 11)) throw MySqlException.Malformed("a date of impossible length");
        var year = bytes.Length == 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (year == 0 || bytes[2] == 0 || bytes[3] == 0) throw new InvalidCastException($"Column '{column.Name}' holds a zero date, which no DateTime is.");
        if (year > 9999 || bytes[2] > 12 || bytes[3] > System.DateTime.DaysInMonth(year, bytes[2])) throw MySqlException.Malformed("a date that is none");
        var midnight = new DateTime(year, bytes[2], bytes[3], 0, 0, 0, kind);
        return bytes.Length < 7 ? midnight : midnight.AddTicks(Clock(bytes[4], bytes[5], bytes[6], bytes.Length == 11 ? bytes[7..] : default));
    }

    public static TimeSpan Time(Column column, ReadOnlySpan<byte> bytes)
    {
        if (column.Kind is not Kind.Time) throw NoConversion(column, typeof(TimeSpan));
        if (bytes.Length == 0) return TimeSpan.Zero;
        if (bytes.Length is not (8 or 12)) throw MySqlException.Malformed("a time of impossible length");
        var days = BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
        if (days > 34) throw MySqlException.Malformed("a time beyond 838 hours");
        var ticks = days * TimeSpan.TicksPerDay + Clock(bytes[5], bytes[6], bytes[7], bytes[8..]);
        return new TimeSpan(bytes[0] != 0 ? -ticks : ticks);
    }

    /// <summary>A GUID from its text of 36 characters, or from 16 bytes in the order of that text.</summary>
    public static Guid Guid(Column column, ReadOnlySpan<byte> bytes)
    {
        if (column.Kind is Kind.Bytes && bytes.Length == 16) return new Guid(bytes, bigEndian: true);
        if (column.Kind is Kind.Text or Kind.Guid && System.Guid.TryParseExact(PayloadReader.Text(bytes), "D", out var value)) return value;
        throw new FormatException($"Column '{column.Name}' holds no GUID; read it as text, or set GuidFormat=None.");
    }

    public static InvalidCastException NoConversion(Column column, Type type) =>
        new($"Column '{column.Name}' is {column.ClrType.Name} ({column.Type}); it is not read as {type.Name}.");

    private static decimal Whole(Column column, ReadOnlySpan<byte> bytes)
    {
        var value = Decimal(column, bytes);
        return decimal.IsInteger(value) ? value : throw new InvalidCastException($"The value of column '{column.Name}' is no whole number.");
    }

    private static ulong Bits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8) throw MySqlException.Malformed("a bit field above 64 bits");
        var value = 0UL;
        foreach (var part in bytes) value = value << 8 | part;
        return value;
    }

    private static long Clock(byte hour, byte minute, byte second, ReadOnlySpan<byte> micros)
    {
        var fraction = micros.Length == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(micros);
        if (hour > 23 || minute > 59 || second > 59 || fraction > 999_999) throw MySqlException.Malformed("a time of day that is none");
        return hour * TimeSpan.TicksPerHour + minute * TimeSpan.TicksPerMinute + second * TimeSpan.TicksPerSecond + fraction * TimeSpan.TicksPerMicrosecond;
    }
}
