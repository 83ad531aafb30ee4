using System.IO.Pipelines;
using System.Text;
using Absensi.Features.Exports;

namespace Absensi.Tests.Storage;

public abstract partial class StorageContract
{
    [Fact]
    public async Task CellsOfEveryKindAreExportedAlike()
    {
        await _node.Database.ExecuteAsync(
            """
            INSERT INTO users (id, name, email, password) VALUES (7, 'Ani "Él" 😀, =1+1', 'ani@absensi.test', 'none'), (8, '-2', 'dua@absensi.test', 'none');
            """, null, CancellationToken.None);
        await _node.Database.ExecuteAsync(
            """
            INSERT INTO attendances (user_id, type, date, jam_masuk, jam_pulang, latitude_masuk, longitude_masuk, node_id, status, duration_minutes)
            VALUES (7, 'out', '2026-02-28', '2026-02-28 00:00:00', '2026-02-28 23:59:59', -6.1753924, 106.8271528, 'app-node-1', 'Hadir', 1439),
                   (8, 'in', '2024-02-29', NULL, NULL, 0, NULL, NULL, 'Alpha', NULL)
            """, null, CancellationToken.None);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));

        await using (var connection = await _node.Database.OpenAsync(CancellationToken.None))
        await using (var row = await RowReader.QueryAsync(connection, "SELECT a.date, a.user_id, u.name, a.jam_masuk, a.jam_pulang, a.latitude_masuk, a.longitude_masuk, a.node_id, a.duration_minutes FROM attendances a JOIN users u ON u.id = a.user_id WHERE u.id >= @least ORDER BY a.id", new { least = 7 }, CancellationToken.None))
        using (var table = TableWriter.Create(ExportFormat.Csv, pipe.Writer))
        {
            while (await row.ReadAsync(CancellationToken.None))
            {
                table.Date(row.Date(0));
                table.Number(row.Integer(1));
                table.Text(row.Text(2));
                table.Time(row.Time(3));
                table.Time(row.Time(4));
                table.Number(row.Real(5));
                table.Number(row.Real(6));
                table.Text(row.Text(7));
                table.Number(row.Integer(8));
                await table.EndRowAsync(CancellationToken.None);
            }

            await table.CompleteAsync(CancellationToken.None);
        }

        await pipe.Writer.CompleteAsync();
        using var file = new MemoryStream();
        await pipe.Reader.CopyToAsync(file);

        Assert.Equal(
            """
            2026-02-28,7,"Ani ""Él"" 😀, =1+1",00:00:00,23:59:59,-6.1753924,106.8271528,app-node-1,1439
            2024-02-29,8,"'-2",,,0,,,

            """.ReplaceLineEndings("\r\n"), Encoding.UTF8.GetString(file.ToArray()[3..]));
    }
}
