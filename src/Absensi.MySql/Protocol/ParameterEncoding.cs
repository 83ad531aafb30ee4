using System.Globalization;

namespace MySqlConnector.Protocol;

/// <summary>Parameter values as the binary protocol takes them. The type of the value decides, not DbType.</summary>
internal static class ParameterEncoding
{
    private const byte Unsigned = 0x80;

    /// <exception cref="NotSupportedException">A value of a type that has no counterpart.</exception>
    public static void WriteType(PacketWriter writer, object? value)
    {
        var (type, flag) = value switch
        {
            null or DBNull => (ColumnType.Null, (byte)0),
            string or char or char[] or Guid => (ColumnType.VarString, (byte)0),
            byte[] or ReadOnlyMemory<byte> or Memory<byte> or ArraySegment<byte> => (ColumnType.Blob, (byte)0),
            DateTime or DateTimeOffset => (ColumnType.DateTime, (byte)0),
            DateOnly => (ColumnType.Date, (byte)0),
            TimeSpan or TimeOnly => (ColumnType.Time, (byte)0),
            _ => Convert.GetTypeCode(value) switch // an enum answers with the type underneath
            {
                TypeCode.Boolean or TypeCode.SByte => (ColumnType.Tiny, (byte)0),
                TypeCode.Byte => (ColumnType.Tiny, Unsigned),
                TypeCode.Int16 => (ColumnType.Short, (byte)0),
                TypeCode.UInt16 => (ColumnType.Short, Unsigned),
                TypeCode.Int32 => (ColumnType.Long, (byte)0),
                TypeCode.UInt32 => (ColumnType.Long, Unsigned),
                TypeCode.Int64 => (ColumnType.LongLong, (byte)0),
                TypeCode.UInt64 => (ColumnType.LongLong, Unsigned),
                TypeCode.Single => (ColumnType.Float, (byte)0),
                TypeCode.Double => (ColumnType.Double, (byte)0),
                TypeCode.Decimal => (ColumnType.NewDecimal, (byte)0),
                _ => throw new NotSupportedException($"A parameter cannot be a {value.GetType()}."),
            },
        };
        writer.UInt8((byte)type);
        writer.UInt8(flag);
    }

    public static void WriteValue(PacketWriter writer, object value)
    {
        switch (value)
        {
            case string text: writer.LengthPrefixed(text); break;
            case char letter: writer.LengthPrefixed([letter]); break;
            case char[] letters: writer.LengthPrefixed(letters.AsSpan()); break;
            case byte[] bytes: writer.LengthPrefixed(bytes.AsSpan()); break;
            case ReadOnlyMemory<byte> bytes: writer.LengthPrefixed(bytes.Span); break;
            case Memory<byte> bytes: writer.LengthPrefixed(bytes.Span); break;
            case ArraySegment<byte> bytes: writer.LengthPrefixed(bytes.AsSpan()); break;
            case Guid guid: WriteFormatted(writer, guid); break;
            case DateTime moment: WriteDateTime(writer, moment); break;
            case DateTimeOffset moment: WriteDateTime(writer, moment.UtcDateTime); break;
            case DateOnly day:
                writer.UInt8(4);
                WriteDay(writer, day.Year, day.Month, day.Day);
                break;
            case TimeSpan time: WriteTime(writer, time); break;
            case TimeOnly time: WriteTime(writer, time.ToTimeSpan()); break;
            default: WriteNumber(writer, (IConvertible)value); break;
        }
    }

    private static void WriteNumber(PacketWriter writer, IConvertible value)
    {
        var invariant = CultureInfo.InvariantCulture;
        switch (value.GetTypeCode())
        {
            case TypeCode.Boolean: writer.UInt8(value.ToBoolean(invariant) ? (byte)1 : (byte)0); break;
            case TypeCode.SByte: writer.UInt8((byte)value.ToSByte(invariant)); break;
            case TypeCode.Byte: writer.UInt8(value.ToByte(invariant)); break;
            case TypeCode.Int16: writer.UInt16((ushort)value.ToInt16(invariant)); break;
            case TypeCode.UInt16: writer.UInt16(value.ToUInt16(invariant)); break;
            case TypeCode.Int32: writer.UInt32((uint)value.ToInt32(invariant)); break;
            case TypeCode.UInt32: writer.UInt32(value.ToUInt32(invariant)); break;
            case TypeCode.Int64: writer.UInt64((ulong)value.ToInt64(invariant)); break;
            case TypeCode.UInt64: writer.UInt64(value.ToUInt64(invariant)); break;
            case TypeCode.Single: writer.UInt32(BitConverter.SingleToUInt32Bits(value.ToSingle(invariant))); break;
            case TypeCode.Double: writer.UInt64(BitConverter.DoubleToUInt64Bits(value.ToDouble(invariant))); break;
            default: WriteFormatted(writer, value.ToDecimal(invariant)); break;
        }
    }

    /// <summary>Decimal or GUID as text: 36 bytes at most.</summary>
    private static void WriteFormatted<T>(PacketWriter writer, T value)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[48];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        writer.LengthPrefixed(text[..length]);
    }

    /// <summary>Microseconds are the finest the server keeps; what is finer is cut off.</summary>
    private static void WriteDateTime(PacketWriter writer, DateTime moment)
    {
        writer.UInt8(11);
        WriteDay(writer, moment.Year, moment.Month, moment.Day);
        writer.UInt8((byte)moment.Hour);
        writer.UInt8((byte)moment.Minute);
        writer.UInt8((byte)moment.Second);
        writer.UInt32((uint)(moment.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
    }

    private static void WriteDay(PacketWriter writer, int year, int month, int day)
    {
        writer.UInt16((ushort)year);
        writer.UInt8((byte)month);
        writer.UInt8((byte)day);
    }

    private static void WriteTime(PacketWriter writer, TimeSpan time)
    {
        var size = time.Duration();
        writer.UInt8(12);
        writer.UInt8(time < TimeSpan.Zero ? (byte)1 : (byte)0);
        writer.UInt32((uint)size.Days);
        writer.UInt8((byte)size.Hours);
        writer.UInt8((byte)size.Minutes);
        writer.UInt8((byte)size.Seconds);
        writer.UInt32((uint)(size.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
    }
}
