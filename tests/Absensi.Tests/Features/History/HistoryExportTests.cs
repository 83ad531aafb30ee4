using System.IO.Compression;
using System.Xml.Linq;
using Absensi.Features.Exports;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Tests.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Absensi.Tests.Features.History;

public sealed class HistoryExportTests : IAsyncLifetime
{
    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task TheCsvFileHoldsTheFilteredRowsWithAMarkForExcel()
    {
        using var admin = await _app.NewAdminAsync();
        var ani = await _app.AddPersonAsync(name: "Ani, \"A\"");
        await _app.AddAsync([.. Past.Day(ani, "Ani", "2026-02-02", "08:00:05", "17:04:00"), .. Past.Absent(ani, "Ani", "2026-02-03"), .. Past.Day(ani, "Ani", "2026-03-01", "08:00:00")]);

        using var response = await admin.Http.GetAsync("/riwayat/export?format=csv&dari=2026-02-01&sampai=2026-02-28");
        var bytes = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("riwayat-2026-02-01-sampai-2026-02-28.csv", response.Content.Headers.ContentDisposition!.FileName);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.Equal(
            $""""
             Tanggal,ID Karyawan,Nama,Jam Masuk,Jam Pulang,Status,Durasi (menit),Node,Latitude Masuk,Longitude Masuk,Latitude Pulang,Longitude Pulang
             2026-02-03,{ani},"Ani, ""A""",,,Alpha,,app-node-1,,,,
             2026-02-02,{ani},"Ani, ""A""",08:00:05,17:04:00,Hadir,543,app-node-1,-6.2088,106.8456,-6.2088,106.8456

             """".ReplaceLineEndings("\r\n"), System.Text.Encoding.UTF8.GetString(bytes[3..]));
    }

    [Fact]
    public async Task TheWorkbookHoldsDatesAsDatesAndTimesAsTimesUnderAFrozenHeading()
    {
        using var admin = await _app.NewAdminAsync();
        var ani = await _app.AddPersonAsync(name: "Ani <&> \u0001 _x0041_");
        await _app.AddAsync(Past.Day(ani, "Ani", "2026-02-02", "06:00:00", "18:00:00"));

        using var response = await admin.Http.GetAsync("/riwayat/export?format=xlsx");
        using var workbook = new ZipArchive(await response.Content.ReadAsStreamAsync());
        var sheet = Part(workbook, "xl/worksheets/sheet1.xml");
        var cells = sheet.Descendants(Main + "row").Last().Elements(Main + "c").ToList();

        Assert.Equal("riwayat.xlsx", response.Content.Headers.ContentDisposition!.FileName);
        Assert.Equal("frozen", sheet.Descendants(Main + "pane").Single().Attribute("state")!.Value);
        Assert.Equal(12, sheet.Descendants(Main + "col").Count());
        Assert.Equal(("2", "46055"), ((string)cells[0].Attribute("s")!, cells[0].Value));
        Assert.Equal(("3", "0.25"), ((string)cells[3].Attribute("s")!, cells[3].Value));
        Assert.Equal(("3", "0.75"), ((string)cells[4].Attribute("s")!, cells[4].Value));
        Assert.Equal((null, "720"), ((string?)cells[6].Attribute("t"), cells[6].Value));
        Assert.Equal(("inlineStr", "Ani <&> \uFFFD _x005F_x0041_"), ((string)cells[2].Attribute("t")!, cells[2].Value));
        Assert.Equal("yyyy\\-mm\\-dd", Part(workbook, "xl/styles.xml").Descendants(Main + "numFmt").First().Attribute("formatCode")!.Value);
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+62812")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\tx")]
    [InlineData("\rx")]
    public async Task NoNameBecomesAFormula(string name)
    {
        using var admin = await _app.NewAdminAsync();
        var id = await _app.AddPersonAsync(name: name);
        await _app.AddAsync(Past.Day(id, name, "2026-02-02", "08:00:00"));

        var csv = (await admin.GetAsync("/riwayat/export?format=csv")).Body;
        using var workbook = new ZipArchive(await admin.Http.GetStreamAsync("/riwayat/export?format=xlsx"));
        var cell = Part(workbook, "xl/worksheets/sheet1.xml").Descendants(Main + "row").Last().Elements(Main + "c").ElementAt(2);

        Assert.Contains($",\"'{name}\",08:00:00", csv, StringComparison.Ordinal);
        Assert.Equal("inlineStr", (string)cell.Attribute("t")!);
        Assert.Empty(cell.Descendants(Main + "f"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("format=pdf")]
    [InlineData("format=")]
    public async Task AFormatThatDoesNotExistIsRefused(string query)
    {
        using var employee = await _app.NewEmployeeAsync();

        var answer = await employee.GetAsync($"/riwayat/export?{query}");

        Assert.Equal((400, "Validation failed"), (answer.Status, answer.Message));
        Assert.True(answer.Json.GetProperty("errors").TryGetProperty("format", out _));
    }

    [Fact]
    public async Task AnExportWithoutASessionIsRefused()
    {
        using var nobody = _app.Anonymous();

        Assert.Equal(401, (await nobody.GetAsync("/riwayat/export?format=csv")).Status);
    }

    [Fact]
    public async Task ABrowserThatGoesAwayStopsTheQueryAndAReaderThatWaitsBlocksNoWriter()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync("Penulis");
        await FillAsync(150_000);

        var response = await admin.Http.GetAsync("/riwayat/export?format=csv", HttpCompletionOption.ResponseHeadersRead);
        var tap = await employee.TapAsync("/absensi/masuk");
        var whileOpen = await PinnedAsync();
        response.Dispose();
        while (await PinnedAsync()) await Task.Yield();

        Assert.Equal(200, tap.Status);
        Assert.True(whileOpen);
    }

    [Fact]
    public async Task AQueryThatFindsNothingEndsWhenItIsCalledOff()
    {
        await using var connection = await _app.Database.OpenAsync(CancellationToken.None);
        using var gone = new CancellationTokenSource();
        var underWay = new TaskCompletionSource();
        ((SqliteConnection)connection).CreateFunction("under_way", (long i) =>
        {
            underWay.TrySetResult();
            return i;
        });

        var query = Task.Run(() => RowReader.QueryAsync(connection, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE under_way(i) < 0", null, gone.Token));
        await underWay.Task;
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("SELECT 1"));
    }

    [Fact]
    public async Task ATableLongerThanASheetGoesOnInTheNext()
    {
        var pipe = new System.IO.Pipelines.Pipe(new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 0));
        using (var table = new XlsxTable(new PipeStream(pipe.Writer), rowsPerSheet: 3))
        {
            table.Begin("Riwayat", [new Column("Nomor", 8)]);
            for (var i = 1; i <= 4; i++)
            {
                table.Number(i);
                await table.EndRowAsync(CancellationToken.None);
            }

            await table.CompleteAsync(CancellationToken.None);
        }

        await pipe.Writer.CompleteAsync();
        using var file = new MemoryStream();
        await pipe.Reader.CopyToAsync(file);
        using var workbook = new ZipArchive(file);

        Assert.Equal(["Riwayat", "Riwayat 2"], Part(workbook, "xl/workbook.xml").Descendants(Main + "sheet").Select(s => s.Attribute("name")!.Value));
        Assert.Equal(["Nomor", "3", "4"], Part(workbook, "xl/worksheets/sheet2.xml").Descendants(Main + "c").Select(c => c.Value));
    }

    /// <summary>Whether a reader holds a snapshot, so that the write-ahead log can't be emptied into the database.</summary>
    private async Task<bool> PinnedAsync()
    {
        await using var connection = await _app.Database.OpenAsync(CancellationToken.None);
        using var turn = await _app.Database.Dialect.EnterWriteAsync(CancellationToken.None);
        await connection.ExecuteAsync("PRAGMA busy_timeout = 0");
        await connection.ExecuteAsync("UPDATE event_head SET last_id = last_id");
        return await connection.QueryFirstAsync<long>("PRAGMA wal_checkpoint(TRUNCATE)") == 1;
    }

    private Task FillAsync(int rows) => _app.Database.ExecuteAsync(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @rows)
        INSERT INTO attendances (user_id, type, date, jam_masuk, node_id, status)
        SELECT (SELECT MIN(id) FROM users), 'in', date('0001-01-01', '+' || i || ' days'), '2026-01-01 08:00:00', 'app-node-1', 'Hadir' FROM n
        """, new { rows }, CancellationToken.None);

    private static XElement Part(ZipArchive workbook, string name)
    {
        using var part = workbook.GetEntry(name)!.Open();
        return XElement.Load(part);
    }
}

[Collection("server")]
public sealed class HistoryExportOnServerTests(SharedServer server)
{
    [Fact]
    public async Task ABrowserThatGoesAwayStopsTheQuery()
    {
        var environment = await server.NewDatabaseAsync();
        await using var app = await TestApp.StartAsync(environment);
        // Long, so that the file does not fit into what lies on the way unread.
        using var admin = await app.SignInAsync(await app.AddPersonAsync(Roles.Admin, new string('x', 200)));
        await using var connection = await server.OpenAsync(environment.Single(v => v.Name == "DB_DATABASE").Value);
        await connection.ExecuteAsync(
            """
            INSERT INTO attendances (user_id, type, date, node_id, status)
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399)
            SELECT (SELECT MIN(id) FROM users), 'in', DATE_ADD('1000-01-01', INTERVAL a.i * 400 + b.i DAY), 'app-node-1', 'Hadir' FROM n a CROSS JOIN n b
            """);
        Task<long> RunningAsync() => connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE 'SELECT a.date%'");

        var response = await admin.Http.GetAsync("/riwayat/export?format=csv", HttpCompletionOption.ResponseHeadersRead);
        var whileOpen = await RunningAsync();
        response.Dispose();
        while (await RunningAsync() > 0) await Task.Yield();

        Assert.Equal(1, whileOpen);
        Assert.Equal(200, (await admin.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task OfNobodyThereIsAFileOfTheHeadingAlone()
    {
        await using var app = await TestApp.StartAsync(await server.NewDatabaseAsync());
        using var admin = await app.NewAdminAsync();
        await app.AddAsync(Past.Day(await app.AddPersonAsync(name: "Ani"), "Ani", "2026-02-02", "08:00:00"));

        var file = (await admin.GetAsync("/riwayat/export?format=csv&cari=tidak+ada")).Body;

        Assert.Equal(2, file.Split("\r\n").Length);
    }
}
