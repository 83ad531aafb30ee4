using System.IO.Pipelines;

namespace Absensi.Features.Exports;

/// <param name="Width">In characters, where the format has widths.</param>
public sealed record Column(string Heading, int Width);

/// <summary>
/// Tables as a file, written row by row into a response and never held: begin a table, write a cell per column, end the row.
/// A null cell is empty. What a person typed can't become a formula.
/// </summary>
public abstract class TableWriter(PipeStream output) : IDisposable
{
    private const int FlushedAt = 64 * 1024;

    public static TableWriter Create(ExportFormat format, PipeWriter output) =>
        format == ExportFormat.Csv ? new CsvTable(new PipeStream(output)) : new XlsxTable(new PipeStream(output));

    /// <summary>Begins a table with its headings; where the format holds only one, there can only be one.</summary>
    public abstract void Begin(string name, IReadOnlyList<Column> columns);
    public abstract void Text(string? value);
    public abstract void Text(ReadOnlySpan<byte> utf8);
    public abstract void Number(long? value);
    public abstract void Number(double? value);
    public abstract void Date(DateOnly? value);

    /// <summary>A time of day, to the second.</summary>
    public abstract void Time(TimeOnly? value);
    protected abstract void EndRow();
    protected abstract void End();

    /// <summary>Ends the row, and waits where the reader at the other end is slower than the writer.</summary>
    /// <exception cref="OperationCanceledException">The other end has gone.</exception>
    public ValueTask EndRowAsync(CancellationToken cancel)
    {
        EndRow();
        cancel.ThrowIfCancellationRequested();
        return output.Unflushed < FlushedAt ? ValueTask.CompletedTask : output.SendAsync(cancel);
    }

    /// <summary>Ends the file; one that is disposed of before stays without its end.</summary>
    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        End();
        return output.SendAsync(cancel);
    }

    public void Dispose()
    {
        output.Close();
        Release();
    }

    protected abstract void Release();
}

/// <summary>
/// A stream's face for a pipe: writing only copies, sending is asynchronous. So writers that know no other way than the
/// synchronous one neither block a thread nor hold more than what has gathered since the last send.
/// </summary>
public sealed class PipeStream(PipeWriter output) : Stream
{
    private bool _closed;

    /// <summary>Bytes written since the last send.</summary>
    public int Unflushed { get; private set; }
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        // What a writer still has to say when it is disposed of halfway is not wanted.
        if (_closed) return;
        System.Buffers.BuffersExtensions.Write(output, bytes);
        Unflushed += bytes.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override void Close() => _closed = true;

    public async ValueTask SendAsync(CancellationToken cancel)
    {
        Unflushed = 0;
        var sent = await output.FlushAsync(cancel);
        if (sent.IsCompleted || sent.IsCanceled) throw new OperationCanceledException("the other end has gone");
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
