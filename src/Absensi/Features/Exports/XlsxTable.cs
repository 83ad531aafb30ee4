using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Absensi.Features.Exports;

/// <summary>
/// A workbook, a sheet per table; a table longer than a sheet can be goes on in a sheet of its own. Sheets come first in the
/// file, since only at the end is it known how many there are. Text is stored as text, which nothing ever evaluates.
/// </summary>
internal sealed class XlsxTable(PipeStream output, int rowsPerSheet = 1_048_576) : TableWriter(output)
{
    private const string TextStart = " t=\"inlineStr\"><is><t xml:space=\"preserve\">", TextEnd = "</t></is></c>";

    private static readonly DateOnly Epoch = new(1899, 12, 30);
    private static readonly XmlWriterSettings Plain = new() { Encoding = new UTF8Encoding(false), CheckCharacters = false, CloseOutput = true };

    // What stands for itself in XML and in a cell, whatever stands beside it.
    private static readonly SearchValues<byte> Safe = SearchValues.Create(" -./0123456789:@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly ZipArchive _zip = new(output, ZipArchiveMode.Create, leaveOpen: true);
    private readonly List<string> _sheets = [];
    private readonly char[] _cell = new char[256];
    private IReadOnlyList<Column> _columns = [];
    private XmlWriter _xml = XmlWriter.Create(TextWriter.Null);
    private string _name = "";
    private int _rows;
    private bool _inRow;

    public override void Begin(string name, IReadOnlyList<Column> columns)
    {
        if (_sheets.Count > 0) EndSheet();
        (_name, _columns) = (name, columns);
        BeginSheet(name);
    }

    public override void Text(string? value)
    {
        BeginCell();
        if (string.IsNullOrEmpty(value))
        {
            _xml.WriteRaw("<c/>");
            return;
        }

        _xml.WriteRaw(_rows == 1 ? "<c s=\"1\"" : "<c");
        _xml.WriteRaw(TextStart);
        _xml.WriteString(XlsxText.Escape(value));
        _xml.WriteRaw(TextEnd);
    }

    public override void Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || utf8.Length > 100 || utf8.ContainsAnyExcept(Safe))
        {
            Text(Encoding.UTF8.GetString(utf8));
            return;
        }

        BeginCell();
        const string start = "<c" + TextStart;
        start.CopyTo(_cell);
        EndCell(start.Length + Encoding.ASCII.GetChars(utf8, _cell.AsSpan(start.Length)), TextEnd);
    }

    public override void Number(long? value) => Value("<c><v>", value);
    public override void Number(double? value) => Value("<c><v>", value);
    public override void Date(DateOnly? value) => Value("<c s=\"2\"><v>", (long?)(value?.DayNumber - Epoch.DayNumber));
    public override void Time(TimeOnly? value) => Value("<c s=\"3\"><v>", value?.Ticks / (double)TimeSpan.TicksPerDay);

    protected override void EndRow()
    {
        BeginCell();
        _xml.WriteRaw("</row>");
        _inRow = false;
    }

    protected override void End()
    {
        EndSheet();
        Part("xl/workbook.xml", XlsxParts.Workbook(_sheets));
        Part("xl/_rels/workbook.xml.rels", XlsxParts.WorkbookRelations(_sheets.Count));
        Part("xl/styles.xml", XlsxParts.Styles);
        Part("_rels/.rels", XlsxParts.Relations);
        Part("[Content_Types].xml", XlsxParts.ContentTypes(_sheets.Count));
        _zip.Dispose();
    }

    protected override void Release()
    {
        _xml.Dispose();
        _zip.Dispose();
    }

    private void BeginSheet(string name)
    {
        _sheets.Add(name);
        _rows = 0;
        _xml = XmlWriter.Create(_zip.CreateEntry($"xl/worksheets/sheet{_sheets.Count}.xml", CompressionLevel.Fastest).Open(), Plain);
        _xml.WriteStartDocument(standalone: true);
        _xml.WriteStartElement("worksheet", XlsxParts.Main);
        _xml.WriteRaw("<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>");
        for (var i = 1; i <= _columns.Count; i++)
            _xml.WriteRaw(string.Create(CultureInfo.InvariantCulture, $"<col min=\"{i}\" max=\"{i}\" width=\"{_columns[i - 1].Width}\" customWidth=\"1\"/>"));
        _xml.WriteRaw("</cols><sheetData>");
        foreach (var column in _columns) Text(column.Heading);
        EndRow();
    }

    private void EndSheet()
    {
        _xml.WriteRaw(string.Create(CultureInfo.InvariantCulture, $"</sheetData><autoFilter ref=\"A1:{(char)('A' + _columns.Count - 1)}{_rows}\"/>"));
        _xml.WriteEndElement();
        _xml.Dispose();
    }

    private void BeginCell()
    {
        if (_inRow) return;
        if (_rows == rowsPerSheet)
        {
            EndSheet();
            BeginSheet($"{_name} {_sheets.Count + 1}");
        }

        _inRow = true;
        _rows++;
        _xml.WriteRaw("<row>");
    }

    private void Value<T>(string start, T? value) where T : struct, ISpanFormattable
    {
        BeginCell();
        if (value is not { } number)
        {
            _xml.WriteRaw("<c/>");
            return;
        }

        start.CopyTo(_cell);
        number.TryFormat(_cell.AsSpan(start.Length), out var length, default, CultureInfo.InvariantCulture);
        EndCell(start.Length + length, "</v></c>");
    }

    private void EndCell(int length, string end)
    {
        end.CopyTo(_cell.AsSpan(length));
        _xml.WriteRaw(_cell, 0, length + end.Length);
    }

    private void Part(string name, string xml)
    {
        using var part = new StreamWriter(_zip.CreateEntry(name, CompressionLevel.Fastest).Open(), new UTF8Encoding(false));
        part.Write(xml);
    }
}
