namespace MySqlConnector.Protocol;

/// <summary>What a column's bytes mean to a program.</summary>
internal enum Kind : byte
{
    Null, Bool, SByte, Byte, Int16, UInt16, Int32, UInt32, Int64, UInt64, Year, Float, Double, Decimal, Date, DateTime, Time, Bit, Text, Guid, Bytes,
}

/// <summary>One column of a result (protocol: ColumnDefinition41).</summary>
internal sealed class Column
{
    private const ushort BinaryCharset = 63;
    private static readonly Type[] s_types =
    [
        typeof(object), typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(int), typeof(float), typeof(double), typeof(decimal), typeof(DateTime), typeof(DateTime), typeof(TimeSpan), typeof(ulong), typeof(string),
        typeof(Guid), typeof(byte[]),
    ];

    private readonly byte[] _definition;

    private Column(ReadOnlySpan<byte> definition, Settings settings)
    {
        _definition = definition.ToArray();
        var reader = new PayloadReader(definition);
        for (var i = 0; i < 4; i++) reader.LengthPrefixed(); // catalog, schema, table, original table
        Name = PayloadReader.Text(reader.LengthPrefixed());
        reader.LengthPrefixed();
        if (reader.LengthEncoded() < 12) throw MySqlException.Malformed("a column definition cut short");
        Charset = reader.UInt16();
        Length = reader.UInt32();
        Type = (ColumnType)reader.UInt8();
        Flags = (ColumnFlags)reader.UInt16();
        Kind = KindOf(settings);
        FixedSize = Type switch
        {
            ColumnType.Tiny => 1,
            ColumnType.Short or ColumnType.Year => 2,
            ColumnType.Long or ColumnType.Int24 or ColumnType.Float => 4,
            ColumnType.LongLong or ColumnType.Double => 8,
            _ => 0,
        };
    }

    public string Name { get; }

    public ColumnType Type { get; }

    public ColumnFlags Flags { get; }

    public ushort Charset { get; }

    /// <summary>Greatest length in bytes, as declared.</summary>
    public uint Length { get; }

    public Kind Kind { get; }

    /// <summary>Bytes of a value in a binary row; 0 if the value says its own length.</summary>
    public int FixedSize { get; }

    public Type ClrType => s_types[(int)Kind];

    /// <summary>Reads a definition, or hands back <paramref name="known"/> when the server sent the same bytes again.</summary>
    public static Column Read(ReadOnlySpan<byte> definition, Column? known, Settings settings) =>
        known is not null && definition.SequenceEqual(known._definition) ? known : new Column(definition, settings);

    private Kind KindOf(Settings settings)
    {
        var unsigned = Flags.HasFlag(ColumnFlags.Unsigned);
        switch (Type)
        {
            case ColumnType.Null: return Kind.Null;
            case ColumnType.Tiny when Length == 1 && !unsigned && settings.TreatTinyAsBoolean: return Kind.Bool;
            case ColumnType.Tiny: return unsigned ? Kind.Byte : Kind.SByte;
            case ColumnType.Short: return unsigned ? Kind.UInt16 : Kind.Int16;
            case ColumnType.Long or ColumnType.Int24: return unsigned ? Kind.UInt32 : Kind.Int32;
            case ColumnType.LongLong: return unsigned ? Kind.UInt64 : Kind.Int64;
            case ColumnType.Year: return Kind.Year;
            case ColumnType.Float: return Kind.Float;
            case ColumnType.Double: return Kind.Double;
            case ColumnType.Decimal or ColumnType.NewDecimal: return Kind.Decimal;
            case ColumnType.Date: return Kind.Date;
            case ColumnType.DateTime or ColumnType.Timestamp: return Kind.DateTime;
            case ColumnType.Time: return Kind.Time;
            case ColumnType.Bit: return Kind.Bit;
            case ColumnType.Json: return Kind.Text;
            case ColumnType.Geometry or ColumnType.Vector: return Kind.Bytes;
            case ColumnType.String when settings.GuidFromChar36 && Charset != BinaryCharset && Length is 36 * 4 && !IsEnumOrSet: return Kind.Guid;
            case ColumnType.VarChar or ColumnType.VarString or ColumnType.String or ColumnType.Enum or ColumnType.Set or ColumnType.TinyBlob
                or ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.Blob:
                return Charset == BinaryCharset ? Kind.Bytes : Kind.Text;
            default: throw MySqlException.Malformed($"a column of unknown type {(int)Type}");
        }
    }

    private bool IsEnumOrSet => ((ushort)Flags & (0x100 | 0x800)) != 0;
}
