using System.Xml;
using CsvHelper;

namespace Absensi.Features.Employees.Import;

/// <summary>The file can't be read as a table; the message says to its owner what to do.</summary>
public sealed class ImportException(string advice) : Exception(advice);

/// <summary>One line of the file: its number as a spreadsheet shows it, and its cells as text.</summary>
public sealed record ImportLine(int Number, IReadOnlyList<string> Cells);

/// <summary>A table out of an uploaded file, line by line: CSV with any usual separator, or the first sheet of an XLSX.</summary>
internal static class ImportFile
{
    public const int LongestMegabytes = 10;
    public const long Longest = LongestMegabytes * 1024L * 1024;

    /// <summary>No cell that is of use is longer; what is cut is still too long for its column.</summary>
    public const int LongestCell = 1000;

    private const int LongestRecord = 256 * 1024;

    // Excel's own hint (sep=;) and byte order marks are understood as well.
    private static readonly CsvReaderOptions Csv = new() { HasHeader = false, TrimWhitespace = true, TrackLineNumbers = true, MaxRecordSize = LongestRecord, IncludeValuesInExceptions = false };

    /// <exception cref="ImportException">While reading: the file is no such table.</exception>
    public static IEnumerable<ImportLine> Read(Stream file)
    {
        Span<byte> start = stackalloc byte[4];
        var isZip = file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("PK\x3\x4"u8);
        file.Position = 0;
        return isZip ? Guarded(XlsxLines.Read(file)) : Guarded(ReadCsv(file));
    }

    private static IEnumerable<ImportLine> ReadCsv(Stream file)
    {
        using var csv = CsvReader.Create(file, Csv, leaveOpen: true);
        while (csv.Read())
        {
            var cells = new string[Math.Min(csv.FieldCount, XlsxLines.MostColumns)];
            for (var i = 0; i < cells.Length; i++) cells[i] = csv.GetString(i) is { Length: > LongestCell } text ? text[..LongestCell] : csv.GetString(i);
            yield return new ImportLine((int)csv.LineNumber, cells);
        }
    }

    private static IEnumerable<ImportLine> Guarded(IEnumerable<ImportLine> lines)
    {
        using var walk = lines.GetEnumerator();
        while (true)
        {
            try
            {
                if (!walk.MoveNext()) yield break;
            }
            // ArgumentException: what the archive's reader makes of a file that is shorter than an archive's end.
            catch (Exception fault) when (fault is InvalidDataException or XmlException or CsvFormatException or IOException or ArgumentException)
            {
                throw new ImportException("Berkas ini rusak atau bukan CSV maupun Excel (.xlsx). Buka di aplikasi lembar kerja Anda, simpan ulang sebagai .xlsx, lalu unggah lagi.");
            }

            yield return walk.Current;
        }
    }
}
