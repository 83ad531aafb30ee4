using Absensi.Storage;

namespace Absensi.Features.Employees.Import;

public sealed record ImportRow(int Line, string Name, string Email, string Role);

/// <param name="Line">As the spreadsheet numbers it.</param>
/// <param name="Field">The form's field, by which a program knows it.</param>
/// <param name="Value">What stands there.</param>
/// <param name="Advice">What is wrong and what to do.</param>
public sealed record ImportProblem(int Line, string Field, string Value, string Advice)
{
    public string Column => ImportCheck.Headings[Field];
}

/// <summary>A file's people, or what keeps it from being taken. Of many problems only the first are listed.</summary>
public sealed record CheckedImport(IReadOnlyList<ImportRow> Rows, IReadOnlyList<ImportProblem> Problems, int ProblemCount);

/// <summary>Reads a file's lines as people and holds each to the rules that the form has.</summary>
public static class ImportCheck
{
    public const int MostRows = 10_000, MostProblems = 100;

    public static readonly IReadOnlyDictionary<string, string> Headings = new Dictionary<string, string> { ["name"] = "Nama", ["email"] = "Email", ["role"] = "Peran" };

    private static readonly Dictionary<string, string> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["nama"] = "name", ["nama lengkap"] = "name", ["nama karyawan"] = "name", ["name"] = "name",
        ["email"] = "email", ["e-mail"] = "email", ["surel"] = "email", ["alamat email"] = "email",
        ["peran"] = "role", ["role"] = "role",
    };

    /// <exception cref="ImportException">The file as a whole can't be taken.</exception>
    public static CheckedImport Read(IEnumerable<ImportLine> lines)
    {
        var (rows, problems, count) = (new List<ImportRow>(), new List<ImportProblem>(), 0);
        var firstLines = new Dictionary<string, int>(StringComparer.Ordinal);
        Dictionary<string, int>? columns = null;
        foreach (var line in lines)
        {
            if (line.Cells.All(string.IsNullOrWhiteSpace)) continue;
            if (columns is null)
            {
                columns = ColumnsOf(line);
                continue;
            }

            if (rows.Count == MostRows) throw new ImportException($"Berkas ini memuat lebih dari {MostRows:#,0} orang. Bagi menjadi beberapa berkas.".Replace(',', '.'));
            var form = EmployeeForm.Of(Cell(line, columns, "name"), Cell(line, columns, "email"), Cell(line, columns, "role") is { Length: > 0 } role ? role : Roles.Karyawan);
            var wrong = form.Problems();
            if (!wrong.ContainsKey("email") && !firstLines.TryAdd(form.Email, line.Number)) wrong["email"] = [$"Email ini sudah ada di baris {firstLines[form.Email]}. Hapus salah satunya."];
            foreach (var (field, advice) in wrong)
                if (count++ < MostProblems) problems.Add(new ImportProblem(line.Number, field, Short(Cell(line, columns, field)), advice[0]));
            rows.Add(new ImportRow(line.Number, form.Name, form.Email, form.Role));
        }

        if (columns is null) throw new ImportException("Berkas ini kosong. Isi judul kolom di baris pertama, lalu satu orang di setiap baris.");
        if (rows.Count == 0) throw new ImportException("Belum ada orang di berkas ini: hanya judul kolomnya. Isi satu orang di setiap baris.");
        return new CheckedImport(rows, problems, count);
    }

    private static Dictionary<string, int> ColumnsOf(ImportLine headings)
    {
        var columns = new Dictionary<string, int>();
        foreach (var (i, heading) in headings.Cells.Index())
            if (Fields.TryGetValue(heading.Trim(), out var field)) columns.TryAdd(field, i);
        string[] missing = [.. new[] { "name", "email" }.Where(f => !columns.ContainsKey(f)).Select(f => Headings[f])];
        if (missing.Length > 0)
            throw new ImportException($"Baris pertama tidak memuat judul kolom {string.Join(" dan ", missing)}. Pakai templat di bawah, atau tulis judul kolomnya seperti di sana.");
        return columns;
    }

    private static string Cell(ImportLine line, Dictionary<string, int> columns, string field) =>
        columns.TryGetValue(field, out var column) && column < line.Cells.Count ? line.Cells[column] : "";

    private static string Short(string text) => text.Length <= 60 ? text : $"{text[..60]}…";
}
