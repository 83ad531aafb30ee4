using System.IO.Compression;
using System.Text;
using Absensi.Features.Employees.Import;

namespace Absensi.Tests.Features.Employees;

public sealed class ImportFileTests
{
    [Theory]
    [InlineData("Nama,Email,Peran\nSiti,siti@contoh.id,admin\n")]
    [InlineData("\uFEFFNAMA;E-mail;Peran;Catatan\r\nSiti;Siti@Contoh.ID;ADMIN;\"a;b\"\r\n")]
    [InlineData("No\tEmail\tNama Lengkap\tPeran\n1\tsiti@contoh.id\tSiti\tadmin\n")]
    [InlineData("sep=;\nNama;Email;Peran\nSiti;siti@contoh.id;admin\n")]
    [InlineData("\n\n\"Nama\" , \"Email\",Peran\n\n Siti ,siti@contoh.id , admin\n\n,,\n")]
    public void ATextFileIsReadWhateverItsSeparator(string text)
    {
        var import = Read(Encoding.UTF8.GetBytes(text));

        Assert.Empty(import.Problems);
        Assert.Equal(("Siti", "siti@contoh.id", "admin"), import.Rows.Select(r => (r.Name, r.Email, r.Role)).Single());
    }

    [Fact]
    public void AUnicodeTextOfExcelIsReadByItsMark() =>
        Assert.Equal("Siti é", Read([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("Nama\tEmail\r\nSiti é\tsiti@contoh.id\r\n")]).Rows.Single().Name);

    [Fact]
    public void EachProblemSaysItsLineItsColumnAndWhatToDo()
    {
        var import = Read("Nama,Email,Peran\nSiti,siti@contoh.id,\n,budi@contoh.id,\nBudi,budi,bos\nSiti lagi,SITI@contoh.id,karyawan\n"u8.ToArray());

        Assert.Equal(
            [(3, "Nama", "Isi nama karyawan."), (4, "Email", "Tulis email seperti nama@perusahaan.co.id."), (4, "Peran", "Pilih karyawan atau admin."), (5, "Email", "Email ini sudah ada di baris 2. Hapus salah satunya.")],
            import.Problems.Select(p => (p.Line, p.Column, p.Advice)));
        Assert.Equal("bos", import.Problems[2].Value);
    }

    [Fact]
    public void OfManyProblemsTheFirstAreListedAndAllAreCounted()
    {
        var import = Read(Encoding.UTF8.GetBytes("Nama,Email\n" + string.Concat(Enumerable.Repeat("Siti,salah\n", 500))));

        Assert.Equal((ImportCheck.MostProblems, 500), (import.Problems.Count, import.ProblemCount));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    [InlineData("Nama,Email\n")]
    [InlineData("Nama,Telepon\nSiti,0812\n")]
    [InlineData("PK\u0003\u0004 bukan zip")]
    public void AFileThatIsNoTableOfPeopleIsToldSo(string text) => Assert.Throws<ImportException>(() => Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void MoreThanTenThousandPeopleAreTooMany()
    {
        static byte[] People(int count) => Encoding.UTF8.GetBytes("Nama,Email\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"Orang {i},orang{i}@contoh.id\n")));

        Assert.Equal(10_000, Read(People(10_000)).Rows.Count);
        Assert.Throws<ImportException>(() => Read(People(10_001)));
    }

    [Fact]
    public void AWorkbookIsReadWithSharedAndInlineTextGapsAndRuns()
    {
        const string strings = "<si><t>Nama</t></si><si><t>Email</t></si><si><r><t>Siti </t></r><r><t xml:space=\"preserve\">Nur</t></r><rPh sb=\"0\" eb=\"1\"><t>X</t></rPh></si>";
        const string sheet =
            """
            <row r="1"><c r="B1" t="s"><v>0</v></c><c r="D1" t="s"><v>1</v></c></row>
            <row r="2"/>
            <row r="4"><c r="A4"><v>7</v></c><c r="B4" t="s"><v>2</v></c><c r="C4"/><c r="D4" t="inlineStr"><is><t>siti@contoh.id</t></is></c></row>
            <row r="5"><c r="B5" t="str"><f>A1&amp;"x"</f><v>Budi</v></c><c r="D5" t="inlineStr"><is><t>budi</t></is></c></row>
            """;

        var import = Read(Workbook(sheet, strings));

        Assert.Equal([(4, "Siti Nur", "siti@contoh.id"), (5, "Budi", "budi")], import.Rows.Select(r => (r.Line, r.Name, r.Email)));
        Assert.Equal((5, "Email"), import.Problems.Select(p => (p.Line, p.Column)).Single());
    }

    [Fact]
    public void AWorkbookThatUnpacksWithoutEndIsLeftBeforeItDoes()
    {
        var bomb = Workbook($"<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Nama{new string(' ', 80_000_000)}</t></is></c></row>", null);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(bomb.Length < ImportFile.Longest);
        Assert.Throws<ImportException>(() => Read(bomb));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 512 << 20);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet/>")]
    [InlineData("<worksheet><row><c t=\"s\"><v>99</v></c></row></worksheet>")]
    [InlineData("<worksheet><row><c>")]
    [InlineData("")]
    public void ABrokenOrHostileSheetIsToldSo(string sheet) => Assert.Throws<ImportException>(() => Read(Zip(("xl/worksheets/sheet1.xml", sheet))));

    private static CheckedImport Read(byte[] file) => ImportCheck.Read(ImportFile.Read(new MemoryStream(file)));

    private static byte[] Workbook(string rows, string? strings) =>
        Zip(("xl/worksheets/sheet1.xml", $"<worksheet><sheetData>{rows}</sheetData></worksheet>"), ("xl/sharedStrings.xml", $"<sst>{strings}</sst>"));

    private static byte[] Zip(params (string Name, string Text)[] parts)
    {
        const string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in parts.Append(("xl/workbook.xml", $"<workbook xmlns:r=\"{office}\"><sheets><sheet name=\"A\" r:id=\"rId1\"/></sheets></workbook>"))
                .Append(("xl/_rels/workbook.xml.rels", $"<Relationships><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{office}/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/></Relationships>")))
            {
                using var part = new StreamWriter(zip.CreateEntry(name).Open());
                part.Write(text);
            }
        }

        return file.ToArray();
    }
}
