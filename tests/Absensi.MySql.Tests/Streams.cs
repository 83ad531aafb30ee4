namespace Absensi.MySql.Tests;

/// <summary>Passes everything through and keeps what was read: one part for each write, the reply to it.</summary>
internal sealed class RecordingStream(Stream inner) : OneWayStream
{
    public List<List<byte>> Replies { get; } = [[]];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        Replies[^1].AddRange(buffer.Span[..count]);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Replies.Add([]);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing) => inner.Dispose();
}

/// <summary>Plays replies back, each only after a write and in pieces of random size, and swallows what it is told. With nothing left to say it has closed.</summary>
internal sealed class ReplayStream(List<List<byte>> replies, Random random) : OneWayStream
{
    private readonly byte[] _bytes = [.. replies.SelectMany(reply => reply)];
    private int _position;
    private int _writes;
    private int _said = replies[0].Count;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(Math.Min(buffer.Length, _said - _position), random.Next(1, 300));
        _bytes.AsSpan(_position, count).CopyTo(buffer.Span);
        _position += count;
        return new(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (++_writes < replies.Count) _said += replies[_writes].Count;
        return default;
    }
}

internal abstract class OneWayStream : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
