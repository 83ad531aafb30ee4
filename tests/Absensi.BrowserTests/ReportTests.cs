using System.Text;
using System.Text.RegularExpressions;
using Absensi.Tests;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>What HR takes away: paper and files.</summary>
public sealed partial class ReportTests(Browsing browsing) : AdminTests, IClassFixture<Browsing>
{
    [Fact]
    public async Task TheSignaturesAreNeverAloneOnASheet()
    {
        const int most = 52, fewest = 24; // more than a sheet's rows apart: each place where a table can end is met
        for (var i = 1; i <= most; i++) await App.AddPersonAsync(name: i % 7 == 0 ? Office.LongName : $"Karyawan {i}");
        await using var visit = await browsing.VisitAsync(App, Admin);
        await visit.Page.GotoAsync("/rekap/cetak");
        var sheets = new HashSet<int>();

        for (var people = most; people >= fewest; people--)
        {
            var (count, rows) = LastSheet(await visit.Page.PdfAsync(new() { PreferCSSPageSize = true, Tagged = true }));
            sheets.Add(count);
            Assert.True(rows >= 7, $"{people} people: {rows} rows with the signatures on sheet {count}"); // five people's, the sum, the signatures
            await visit.Page.EvaluateAsync("document.querySelector('.paper-table tbody tr').remove()");
        }

        Assert.Equal([2, 3], sheets.Order());
    }

    [Fact]
    public async Task ARecapOfNobodyIsASheetThatSaysSo()
    {
        await using var visit = await browsing.VisitAsync(App, Admin);
        await visit.Page.GotoAsync("/rekap/cetak");

        var (count, rows) = LastSheet(await visit.Page.PdfAsync(new() { PreferCSSPageSize = true, Tagged = true }));

        Assert.Equal((1, 5), (count, rows)); // two of headings, the sentence, the sum, the signatures
        Assert.True(await visit.Page.GetByText("Belum ada karyawan yang terdaftar").IsVisibleAsync());
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task AnExportTellsHowFarItIsAndCanBeCalledOff()
    {
        await App.Database.ExecuteAsync(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
            INSERT INTO attendances (user_id, type, date, node_id, status) SELECT (SELECT MIN(id) FROM users), 'in', date('1900-01-01', '+' || i || ' days'), 'app-node-1', 'Alpha' FROM n
            """, null, CancellationToken.None);
        await using var visit = await browsing.VisitAsync(App, Admin);
        var page = visit.Page;
        await page.KeepToastsAsync();
        await page.GotoAsync("/riwayat");
        Assert.True(await page.GetByText("lebih dari 1.000 baris").IsVisibleAsync());
        var network = await visit.Context.NewCDPSessionAsync(page);
        await network.SendAsync("Network.enable");
        await network.SendAsync("Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 0, ["downloadThroughput"] = 100_000, ["uploadThroughput"] = -1 });
        var kept = 0;
        page.Download += (_, _) => kept++;

        await page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).ClickAsync();
        await page.GetByText(new Regex("Mengunduh [0-9,]+ MB…")).WaitForAsync();
        Assert.Empty(await Axe.BarriersAsync(page));
        await page.GetByRole(AriaRole.Button, new() { Name = "Batal" }).ClickAsync();
        await page.ToldAsync("Unduhan dibatalkan.");
        await page.GetByRole(AriaRole.Link, new() { Name = "CSV" }).WaitForAsync();

        Assert.Equal(0, kept);
        Assert.Empty(visit.Complaints);
    }

    /// <summary>How many sheets there are and how many table rows are on the last, by the tags that a document has for screen readers.</summary>
    private static (int Sheets, int Rows) LastSheet(byte[] pdf)
    {
        var text = Encoding.Latin1.GetString(pdf);
        var sheets = Sheet().Matches(text);
        var parts = Part().Matches(text).ToDictionary(m => m.Groups[1].Value, m => (Kind: m.Groups[2].Value, Parent: m.Groups[3].Value, Sheet: m.Groups[4].Value));
        string? RowOf(string id) => !parts.TryGetValue(id, out var part) ? null : part.Kind == "TR" ? id : RowOf(part.Parent);
        return (sheets.Count, parts.Where(p => p.Value.Sheet == sheets[^1].Groups[1].Value).Select(p => RowOf(p.Key)).OfType<string>().Distinct().Count());
    }

    [GeneratedRegex(@"\n(\d+) 0 obj\n<</Type /Page\n")]
    private static partial Regex Sheet();

    [GeneratedRegex(@"\n(\d+) 0 obj\n<</Type /StructElem\n/S /(\w+)\n/P (\d+) 0 R(?:\n/Pg (\d+) 0 R)?")]
    private static partial Regex Part();
}
