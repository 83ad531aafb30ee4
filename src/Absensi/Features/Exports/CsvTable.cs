using System.Buffers.Text;
using CsvHelper;

namespace Absensi.Features.Exports;

/// <summary>RFC 4180 in UTF-8, with a mark at its beginning by which Excel knows the encoding. It holds one table.</summary>
internal sealed class CsvTable(PipeStream output) : TableWriter(output)
{
    // A spreadsheet would run text that begins like a formula; behind an apostrophe it stays text. Numbers are left alone.
    private static readonly CsvWriterOptions Options = new() { Injection = CsvInjection.Escape, WriteByteOrderMark = true };

    private readonly CsvWriter _csv = CsvWriter.Create(output, Options, leaveOpen: true);

    public override void Begin(string name, IReadOnlyList<Column> columns)
    {
        foreach (var column in columns) _csv.WriteField(column.Heading);
        EndRow();
    }

    public override void Text(string? value) => _csv.WriteField(value);
    public override void Text(ReadOnlySpan<byte> utf8) => _csv.WriteField(utf8);
    public override void Number(long? value) => _csv.WriteField(value);
    public override void Number(double? value) => _csv.WriteField(value);
    public override void Date(DateOnly? value) => _csv.WriteField(value); // yyyy-MM-dd, as without a format

    public override void Time(TimeOnly? value)
    {
        Span<byte> text = stackalloc byte[8];
        if (value is not { } time) text = [];
        else Utf8Formatter.TryFormat(new TimeSpan(time.Hour, time.Minute, time.Second), text, out _, 'c'); // HH:mm:ss, and several times quicker than by those letters
        _csv.WriteField(text);
    }

    protected override void EndRow() => _csv.EndRecord();
    protected override void End() => _csv.Flush();
    protected override void Release() => _csv.Dispose();
}
