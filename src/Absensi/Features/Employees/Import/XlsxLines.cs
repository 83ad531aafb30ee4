using System.IO.Compression;
using System.Xml;

namespace Absensi.Features.Employees.Import;

/// <summary>
/// The first sheet of a workbook (ECMA-376), read forwards and never held. What a hostile file could grow to is bounded:
/// bytes after unpacking, parts, strings, columns.
/// </summary>
internal static class XlsxLines
{
    public const int MostColumns = 64;
    private const int MostParts = 1000, MostStrings = 500_000;
    private const long MostBytes = 64L * 1024 * 1024;
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private static readonly XmlReaderSettings Strict = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, CloseInput = true };

    public static IEnumerable<ImportLine> Read(Stream file)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (zip.Entries.Count > MostParts) throw TooLarge();
        var budget = new Budget();
        var (sheet, strings) = Find(zip, budget);
        var shared = strings is null ? [] : SharedStrings(zip, strings, budget);
        using var xml = Open(zip, sheet, budget);
        var number = 0;
        while (xml.Read())
        {
            if (xml is not { NodeType: XmlNodeType.Element, LocalName: "row" }) continue;
            number = int.TryParse(xml.GetAttribute("r"), out var given) && given > number ? given : number + 1;
            if (!xml.IsEmptyElement) yield return new ImportLine(number, Cells(xml, shared));
        }
    }

    /// <summary>The parts of the first sheet and of the strings that sheets share.</summary>
    private static (string Sheet, string? Strings) Find(ZipArchive zip, Budget budget)
    {
        string? first = null, strings = null, sheet = null;
        using (var workbook = Open(zip, "xl/workbook.xml", budget))
            while (first is null && workbook.Read())
                if (workbook is { NodeType: XmlNodeType.Element, LocalName: "sheet" }) first = workbook.GetAttribute("id", Relations);
        using var relations = Open(zip, "xl/_rels/workbook.xml.rels", budget);
        while (relations.Read())
        {
            if (relations is not { NodeType: XmlNodeType.Element, LocalName: "Relationship" } || relations.GetAttribute("Target") is not { } target) continue;
            var part = target.StartsWith('/') ? target[1..] : $"xl/{target}";
            if (relations.GetAttribute("Id") == first) sheet = part;
            else if (relations.GetAttribute("Type")?.EndsWith("/sharedStrings", StringComparison.Ordinal) == true) strings = part;
        }

        return (sheet ?? throw new InvalidDataException("there is no sheet"), strings);
    }

    private static List<string> SharedStrings(ZipArchive zip, string part, Budget budget)
    {
        using var xml = Open(zip, part, budget);
        var strings = new List<string>();
        while (xml.Read())
        {
            if (xml is not { NodeType: XmlNodeType.Element, LocalName: "si" }) continue;
            if (strings.Count == MostStrings) throw TooLarge();
            strings.Add(Text(xml));
        }

        return strings;
    }

    private static string[] Cells(XmlReader row, List<string> shared)
    {
        var cells = new List<string>();
        var depth = row.Depth;
        while (row.Read() && row.Depth > depth)
        {
            if (row is not { NodeType: XmlNodeType.Element, LocalName: "c" }) continue;
            var column = ColumnOf(row.GetAttribute("r")) ?? cells.Count;
            var isShared = row.GetAttribute("t") == "s";
            var text = Text(row);
            if (column >= MostColumns) continue;
            if (isShared) text = int.TryParse(text, out var index) && index >= 0 && index < shared.Count ? shared[index] : throw new InvalidDataException("a string is missing");
            while (cells.Count <= column) cells.Add("");
            cells[column] = text.Trim();
        }

        return [.. cells];
    }

    /// <summary>All text in the element (runs joined, readings and formulas left out), up to the longest cell; the reader is left at its end.</summary>
    private static string Text(XmlReader xml)
    {
        if (xml.IsEmptyElement) return "";
        var (depth, text) = (xml.Depth, "");
        var wanted = false;
        var hidden = int.MaxValue;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.Depth <= hidden) hidden = int.MaxValue;
            if (xml.NodeType == XmlNodeType.Element)
            {
                if (xml.LocalName == "rPh" && !xml.IsEmptyElement) hidden = xml.Depth;
                wanted = hidden == int.MaxValue && xml.LocalName is "t" or "v";
            }
            else if (xml.NodeType == XmlNodeType.EndElement) wanted = false;
            else if (wanted && text.Length < ImportFile.LongestCell && xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace) text += xml.Value;
        }

        return text.Length > ImportFile.LongestCell ? text[..ImportFile.LongestCell] : text;
    }

    /// <summary>"B7" is 1.</summary>
    private static int? ColumnOf(string? reference)
    {
        var column = 0;
        foreach (var letter in reference ?? "")
        {
            if (letter is < 'A' or > 'Z' || column > MostColumns) break;
            column = column * 26 + (letter - 'A' + 1);
        }

        return column == 0 ? null : column - 1;
    }

    private static XmlReader Open(ZipArchive zip, string part, Budget budget) =>
        XmlReader.Create(new Bounded((zip.GetEntry(part) ?? throw new InvalidDataException($"{part} is missing")).Open(), budget), Strict);

    private static ImportException TooLarge() =>
        new("Isi berkas ini terlalu besar setelah dibuka. Salin hanya kolom Nama, Email, dan Peran ke lembar kerja baru, lalu unggah itu.");

    /// <summary>Bytes that may still be unpacked, over all parts.</summary>
    private sealed class Budget
    {
        private long _left = MostBytes;

        public void Take(int bytes)
        {
            if ((_left -= bytes) < 0) throw TooLarge();
        }
    }

    private sealed class Bounded(Stream inner, Budget budget) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            budget.Take(read);
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
