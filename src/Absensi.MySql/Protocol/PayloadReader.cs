using System.Buffers.Binary;
using System.Text;

namespace MySqlConnector.Protocol;

/// <summary>Reads the fields of one packet. Every length is checked against what is left, so a lie ends in a <see cref="MySqlException"/>.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    /// <summary>UTF-8 that refuses what it cannot represent instead of replacing it.</summary>
    public static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = payload;

    public readonly int Left => _rest.Length;

    public byte UInt8() => Bytes(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    /// <summary>A length-encoded integer. The NULL mark 0xFB and 0xFF are no integers.</summary>
    public ulong LengthEncoded()
    {
        var first = UInt8();
        return first switch
        {
            < 0xFB => first,
            0xFC => UInt16(),
            0xFD => UInt16() | (ulong)UInt8() << 16,
            0xFE => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)),
            _ => throw MySqlException.Malformed("a length that is none"),
        };
    }

    public ReadOnlySpan<byte> LengthPrefixed()
    {
        var length = LengthEncoded();
        if (length > (ulong)_rest.Length) throw MySqlException.Malformed("a field longer than its packet");
        return Bytes((int)length);
    }

    public ReadOnlySpan<byte> NullTerminated()
    {
        var end = _rest.IndexOf((byte)0);
        if (end < 0) throw MySqlException.Malformed("a text without its end");
        var text = _rest[..end];
        _rest = _rest[(end + 1)..];
        return text;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length) throw MySqlException.Malformed("a packet shorter than its fields");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public ReadOnlySpan<byte> Rest() => Bytes(_rest.Length);

    /// <summary>Text from the server; anything but UTF-8 is a malformed packet.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        // Most text is ASCII: looking first spares the decoder its count of characters.
        if (Ascii.IsValid(bytes)) return Encoding.Latin1.GetString(bytes);
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw MySqlException.Malformed("text that is not UTF-8");
        }
    }
}
