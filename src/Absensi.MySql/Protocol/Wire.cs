using System.Buffers;
using System.Buffers.Binary;

namespace MySqlConnector.Protocol;

/// <summary>
/// Packets over a stream: a header of three bytes length and one byte sequence number, then the payload; a part of 0xFFFFFF bytes is
/// continued by the next. Room is made for what has arrived, never for what a header promises, and never above the packet limit.
/// </summary>
internal sealed class Wire(Stream stream, int maxPacket)
{
    public const int HeaderSize = 4;
    public const int LongestPart = 0xFFFFFF;
    private const int Ordinary = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Ordinary);
    private int _start;
    private int _end;
    private int _joined;
    private int _payload;
    private int _payloadLength;

    /// <summary>The stream underneath; replaced once, by TLS over itself.</summary>
    public Stream Stream { get; set; } = stream;

    /// <summary>The number the next packet, from whichever side, must bear.</summary>
    public byte Sequence { get; set; }

    public bool HasUnreadBytes => _end > _start;

    /// <summary>The packet taken last. Valid until the next is asked for.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(_payload, _payloadLength);

    /// <summary>Takes the next packet if it is here whole; false if more must be read first.</summary>
    public bool TryNext()
    {
        while (true)
        {
            var header = _joined == 0 ? _start : _start + HeaderSize + _joined;
            if (_end - header < HeaderSize) return false;
            var word = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(header));
            var length = (int)(word & LongestPart);
            if (_joined + (long)length > maxPacket) throw MySqlException.PacketTooLarge(maxPacket);
            if ((byte)(word >> 24) != Sequence) throw MySqlException.Malformed("a packet out of sequence");
            if (_end - header - HeaderSize < length) return false;

            Sequence++;
            if (header != _start)
            {
                Buffer.BlockCopy(_buffer, header + HeaderSize, _buffer, header, _end - header - HeaderSize);
                _end -= HeaderSize;
            }
            _joined += length;
            if (length == LongestPart) continue;

            _payload = _start + HeaderSize;
            _payloadLength = _joined;
            _start = _payload + _joined;
            _joined = 0;
            return true;
        }
    }

    /// <summary>Where <see cref="Payload"/> lies, for who reads it again and again.</summary>
    public (byte[] Buffer, int Start, int Length) Place => (_buffer, _payload, _payloadLength);

    public ValueTask NextAsync(CancellationToken cancellationToken) => TryNext() ? default : FillUntilNextAsync(cancellationToken);

    public ValueTask SendAsync(PacketWriter packets, CancellationToken cancellationToken) => Stream.WriteAsync(packets.Written, cancellationToken);

    /// <summary>Gives the buffer back. Only by whoever alone still holds this wire: a row read late would read another's bytes.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = _payload = _payloadLength = 0;
    }

    private async ValueTask FillUntilNextAsync(CancellationToken cancellationToken)
    {
        do
        {
            MakeRoom();
            var count = await Stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException("The server closed the connection.");
            _end += count;
        }
        while (!TryNext());
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer.Length > Ordinary * 16) Replace(Ordinary);
        }
        else if (_buffer.Length - _end < _buffer.Length / 4)
        {
            if (_start >= _buffer.Length / 2) Replace(_buffer.Length);
            else Replace(_buffer.Length * 2);
        }
    }

    private void Replace(int size)
    {
        var kept = _end - _start;
        if (size == _buffer.Length) Buffer.BlockCopy(_buffer, _start, _buffer, 0, kept);
        else
        {
            var other = ArrayPool<byte>.Shared.Rent(size);
            Buffer.BlockCopy(_buffer, _start, other, 0, kept);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = other;
        }
        _start = 0;
        _end = kept;
    }
}
