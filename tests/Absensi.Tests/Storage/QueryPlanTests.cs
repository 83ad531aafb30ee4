using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.RegularExpressions;
using Absensi.Storage;
using Absensi.Tests.Features.History;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using SQLitePCL;
using Xunit.Abstractions;

namespace Absensi.Tests.Storage;

/// <summary>Whatever the program asks of a history, it asks by an index: every statement it really runs is explained, not a list of them.</summary>
public sealed partial class QueryPlanTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, byte> _statements = new();
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync(settings => new Database(new Traced(settings.DataFolder, sql => _statements.TryAdd(sql, 0))));
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task NoStatementReadsAHistoryFromEndToEnd()
    {
        using var admin = await _app.NewAdminAsync();
        using var employee = await _app.NewEmployeeAsync("Ani");
        await UseEverythingAsync(_app, admin, employee);

        await using var connection = await _app.Database.OpenAsync(CancellationToken.None);
        var explained = 0;
        foreach (var sql in _statements.Keys.Where(s => History().IsMatch(s) && Explainable().IsMatch(s)))
        {
            explained++;
            foreach (var step in await connection.QueryAsync<Step>($"EXPLAIN QUERY PLAN {sql}"))
            {
                if (!Scans(step.Detail, sql)) continue;
                output.WriteLine(sql);
                Assert.Fail($"{step.Detail} in: {sql}");
            }
        }

        Assert.True(explained > 40, $"only {explained} statements were seen");
    }

    [Theory]
    [InlineData("SELECT * FROM attendances WHERE duration_minutes = 480")]
    [InlineData("SELECT COUNT(*) FROM attendances a WHERE a.node_id LIKE '%1'")]
    [InlineData("SELECT user_id, COUNT(*) FROM attendances WHERE date > '2026-01-01' OR status = 'x' OR type = 'in' GROUP BY user_id")]
    [InlineData("SELECT * FROM users u JOIN attendance_logs l ON l.user_id + 0 = u.id")]
    [InlineData("SELECT * FROM attendances WHERE type = 'in' ORDER BY date LIMIT 10")]
    public async Task AStatementThatWouldReadItAllIsNoticed(string sql)
    {
        await using var connection = await _app.Database.OpenAsync(CancellationToken.None);

        var steps = await connection.QueryAsync<Step>($"EXPLAIN QUERY PLAN {sql}");

        Assert.Contains(steps, s => Scans(s.Detail, sql));
    }

    /// <summary>Asks for all there is to see and to change of a history.</summary>
    internal static async Task UseEverythingAsync(TestApp app, TestClient admin, TestClient employee)
    {
        await app.AddAsync(Past.Day(2, "Ani", "2026-02-02", "08:00:00", "17:00:00"));
        await employee.TapAsync("/absensi/masuk", Guid.NewGuid().ToString());
        await employee.TapAsync("/absensi/pulang");
        for (var i = 0; i < 40; i++) await app.AddPersonAsync(name: $"Karyawan {i}");
        string[] filters =
        [
            "", "dari=2026-01-01&sampai=2026-02-28", "cari=ani", "cari=karyawan", "status=Alpha", "node=app-node-1", "durasi_min=1&durasi_maks=900", "status=Hadir&node=app-node-1&cari=karyawan&durasi_min=1",
        ];
        foreach (var filter in filters)
        {
            foreach (var place in new[] { "", "&sebelum=2026-02-03.9", "&sesudah=2026-01-01.1" })
            {
                foreach (var client in new[] { admin, employee }) Assert.Equal(200, (await client.GetAsync($"/riwayat?{filter}{place}")).Status);
            }

            foreach (var client in new[] { admin, employee }) Assert.Equal(200, (await client.GetAsync($"/riwayat/export?format=csv&{filter}")).Status);
        }

        string[] pages = ["/admin/dashboard", "/api/dashboard/data", "/api/dashboard/metrics", "/api/events?after=0", "/riwayat/1", "/riwayat/kalender?karyawan=2&bulan=2026-02", "/rekap", "/rekap/cetak", "/rekap/export?format=xlsx"];
        foreach (var page in pages) Assert.Equal(200, (await admin.GetAsync(page)).Status);
        foreach (var page in new[] { "/dashboard", "/api/events?after=0", "/riwayat/1", "/riwayat/kalender" }) Assert.Equal(200, (await employee.GetAsync(page)).Status);
        var absences = app.Services.GetRequiredService<Absences>();
        await absences.NextAsync(CancellationToken.None);
        await absences.WriteSomeAsync(new DateOnly(2026, 2, 2), CancellationToken.None);
    }

    /// <summary>A walk along a key that nothing but its LIMIT ends is no scan: it stops after so many rows whatever the table holds.</summary>
    private static bool Scans(string step, string sql)
    {
        return step.StartsWith("SCAN ", StringComparison.Ordinal) && NamesOf(sql).Contains(step.Split(' ')[1]) && !BoundedWalk().IsMatch(sql);
    }

    /// <summary>What a statement calls the history's tables.</summary>
    internal static HashSet<string> NamesOf(string sql) =>
        Aliases().Matches(sql).SelectMany(m => new[] { m.Groups[1].Value, m.Groups[2].Value }).Where(n => n.Length > 0).ToHashSet(StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"\battendance(s|_logs)\b", RegexOptions.IgnoreCase)]
    internal static partial Regex History();

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", RegexOptions.IgnoreCase)]
    internal static partial Regex Explainable();

    [GeneratedRegex(@"\b(attendances|attendance_logs)(?:\s+(?:AS\s+)?(?!WHERE\b|ORDER\b|GROUP\b|LEFT\b|JOIN\b|LIMIT\b|SET\b)(\w+))?", RegexOptions.IgnoreCase)]
    private static partial Regex Aliases();

    [GeneratedRegex(@"^\s*SELECT [^()]* FROM \w+ ORDER BY id( DESC)? LIMIT \d+\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex BoundedWalk();

    private sealed class Step
    {
        public string Detail { get; init; } = "";
    }

    /// <summary>SQLite that tells of each statement it runs, with its values in place.</summary>
    private sealed class Traced(string folder, Action<string> ran) : SqliteDialect(folder)
    {
        private readonly strdelegate_trace _trace = (_, sql) => ran(sql);

        public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancel)
        {
            var connection = (SqliteConnection)await base.OpenAsync(cancel);
            raw.sqlite3_trace(connection.Handle!, _trace, null);
            return connection;
        }
    }
}
