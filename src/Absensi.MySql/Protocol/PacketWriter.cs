using System.Buffers;
using System.Buffers.Binary;

namespace MySqlConnector.Protocol;

/// <summary>Gathers the packets of one command, so that they leave in one write.</summary>
internal sealed class PacketWriter
{
    private const int Ordinary = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _length;
    private int _packet;
    private byte _sequence;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_buffer.Length <= Ordinary) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(4096);
    }

    public void Start(byte sequence)
    {
        _packet = _length;
        _sequence = sequence;
        Take(Wire.HeaderSize);
    }

    /// <summary>Closes the packet, in parts when it is longer than one may be. Returns the number the next packet bears.</summary>
    public byte End()
    {
        var payload = _length - _packet - Wire.HeaderSize;
        var furtherParts = payload / Wire.LongestPart;
        Take(furtherParts * Wire.HeaderSize);
        // From the last part to the first: each moves right by one header for every part before it.
        for (var part = furtherParts; part >= 0; part--)
        {
            var from = part * Wire.LongestPart;
            var size = Math.Min(payload - from, Wire.LongestPart);
            var header = _packet + part * (Wire.LongestPart + Wire.HeaderSize);
            if (part > 0) Buffer.BlockCopy(_buffer, _packet + Wire.HeaderSize + from, _buffer, header + Wire.HeaderSize, size);
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(header), (uint)size | (uint)(byte)(_sequence + part) << 24);
        }
        return (byte)(_sequence + furtherParts + 1);
    }

    public void UInt8(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void LengthEncoded(ulong value)
    {
        if (value < 0xFB) UInt8((byte)value);
        else if (value <= ushort.MaxValue)
        {
            UInt8(0xFC);
            UInt16((ushort)value);
        }
        else if (value <= Wire.LongestPart)
        {
            UInt8(0xFD);
            UInt16((ushort)value);
            UInt8((byte)(value >> 16));
        }
        else
        {
            UInt8(0xFE);
            UInt64(value);
        }
    }

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void LengthPrefixed(ReadOnlySpan<byte> value)
    {
        LengthEncoded((ulong)value.Length);
        Bytes(value);
    }

    /// <exception cref="System.Text.EncoderFallbackException">The text holds half a surrogate pair.</exception>
    public void LengthPrefixed(ReadOnlySpan<char> value)
    {
        var count = PayloadReader.Utf8.GetByteCount(value);
        LengthEncoded((ulong)count);
        PayloadReader.Utf8.GetBytes(value, Take(count));
    }

    public void Text(string value) => PayloadReader.Utf8.GetBytes(value, Take(PayloadReader.Utf8.GetByteCount(value)));

    public void NullTerminated(string value)
    {
        Text(value);
        UInt8(0);
    }

    public Span<byte> Zeros(int count)
    {
        var span = Take(count);
        span.Clear();
        return span;
    }

    /// <summary>Overwrites one byte written before, at <paramref name="position"/> of <see cref="Position"/>.</summary>
    public void Or(int position, byte bits) => _buffer[position] |= bits;

    public int Position => _length;

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _length < count) Grow(count);
        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked((int)Math.Max((long)_length + count, Math.Min(_buffer.Length * 2L, Array.MaxLength))));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
