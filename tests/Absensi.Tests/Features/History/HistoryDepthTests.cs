using System.Data.Common;
using Absensi.Features.History;
using Absensi.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Absensi.Tests.Features.History;

/// <summary>What SQLite does for a page, in steps of its own machine: the same number on every day and every machine.</summary>
public sealed class HistoryDepthTests
{
    private readonly AsyncLocal<bool> _isCounting = new();
    private long _steps;

    [Fact]
    public async Task APageCostsTheSameHoweverDeepItLies()
    {
        await using var app = await TestApp.StartAsync(settings => new Database(new Counted(settings.DataFolder, () => _steps += _isCounting.Value ? 1 : 0)));
        await app.Database.ExecuteAsync(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
            INSERT INTO users (name, email, password) SELECT 'Karyawan ' || i, i || '@panjang.test', 'none' FROM n
            """, null, CancellationToken.None);
        await app.Database.ExecuteAsync(
            """
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)
            INSERT INTO attendances (user_id, type, date, node_id, status) SELECT u.id, 'in', date('2025-01-01', '+' || n.i || ' days'), 'app-node-1', 'Hadir' FROM n CROSS JOIN users u
            """, null, CancellationToken.None);
        var history = new HistoryQuery(app.Database);
        async Task<long> StepsAsync(HistoryFilter filter, long? user = null)
        {
            // The node's own loops read the same file.
            _isCounting.Value = true;
            var before = _steps;
            Assert.Equal(HistoryQuery.PageSize, (await history.PageAsync(filter, user, CancellationToken.None)).Rows.Count);
            return _steps - before;
        }

        HistoryFilter[] filters = [HistoryFilter.Everything, HistoryFilter.Everything with { Status = Core.Attendance.AttendanceStatus.Hadir }, HistoryFilter.Everything with { Node = "app-node-1" }];
        var (newest, oldest) = (new Place(new DateOnly(2025, 10, 20), 0), new Place(new DateOnly(2025, 2, 1), 0));
        foreach (var (filter, user) in filters.Select(f => (f, (long?)null)).Append((HistoryFilter.Everything, 1)))
        {
            var first = await StepsAsync(filter, user);
            foreach (var place in new[] { newest, oldest })
            {
                Assert.InRange(await StepsAsync(filter with { Before = place }, user), 1, 2 * first);
                Assert.InRange(await StepsAsync(filter with { After = place with { Date = place.Date.AddDays(-25) } }, user), 1, 2 * first);
            }
        }
    }

    /// <summary>SQLite that tells of every tenth step of its machine.</summary>
    private sealed class Counted(string folder, Action step) : SqliteDialect(folder)
    {
        private readonly delegate_progress _step = _ =>
        {
            step();
            return 0;
        };

        public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancel)
        {
            var connection = (SqliteConnection)await base.OpenAsync(cancel);
            raw.sqlite3_progress_handler(connection.Handle!, 10, _step, null);
            return connection;
        }
    }
}
