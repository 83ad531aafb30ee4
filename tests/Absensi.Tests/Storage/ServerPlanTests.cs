using System.Data.Common;
using System.Text.RegularExpressions;
using Dapper;

namespace Absensi.Tests.Storage;

/// <summary>The same on a server. It chooses a way by how much there is, so its own log of what it was asked is explained on a history of some length.</summary>
[Collection("server")]
public sealed partial class ServerPlanTests(SharedServer server)
{
    [Fact]
    public async Task NoStatementReadsAHistoryFromEndToEnd()
    {
        var environment = await server.NewDatabaseAsync();
        var name = environment.Single(v => v.Name == "DB_DATABASE").Value;
        var statements = await WatchAsync(name, async () =>
        {
            await using var app = await TestApp.StartAsync(environment);
            using var admin = await app.NewAdminAsync();
            using var employee = await app.NewEmployeeAsync("Ani");
            await QueryPlanTests.UseEverythingAsync(app, admin, employee);
        });
        await using var connection = await server.OpenAsync(name);
        await FillAsync(connection);

        foreach (var sql in statements)
        {
            if (await ScanAsync(connection, sql) is { } scan) Assert.Fail(scan);
        }

        Assert.True(statements.Count > 100, $"only {statements.Count} statements were seen");
        Assert.NotNull(await ScanAsync(connection, "SELECT * FROM attendances WHERE duration_minutes = 480"));
        Assert.NotNull(await ScanAsync(connection, "SELECT user_id, COUNT(*) FROM attendances GROUP BY user_id"));
        Assert.NotNull(await ScanAsync(connection, "SELECT u.name FROM users u JOIN attendance_logs l ON l.user_id + 0 = u.id"));
        Assert.NotNull(await ScanAsync(connection, "UPDATE attendances SET node_id = 'x' WHERE type = 'in'"));
        Assert.NotNull(await ScanAsync(connection, "SELECT a.id FROM attendances a WHERE a.date >= '2024-01-01' ORDER BY a.date DESC, a.id LIMIT 26"));
    }

    /// <returns>What the server was asked of the history, with the values in place.</returns>
    private async Task<List<string>> WatchAsync(string database, Func<Task> work)
    {
        await server.RunAsync(database, "SET GLOBAL log_output = 'TABLE'", "TRUNCATE TABLE mysql.general_log", "SET GLOBAL general_log = 1");
        try
        {
            await work();
        }
        finally
        {
            await server.RunAsync(database, "SET GLOBAL general_log = 0");
        }

        await using var connection = await server.OpenAsync(database);
        var asked = await connection.QueryAsync<string>("SELECT DISTINCT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE command_type = 'Execute'");
        return asked.Where(s => QueryPlanTests.History().IsMatch(s) && QueryPlanTests.Explainable().IsMatch(s)).ToList();
    }

    /// <summary>Sixty people's 500 days.</summary>
    private static async Task FillAsync(DbConnection connection)
    {
        await connection.ExecuteAsync("INSERT INTO users (name, email, password) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT 'Karyawan', CONCAT(i, '@panjang.test'), 'none' FROM n");
        await connection.ExecuteAsync(
            """
            INSERT INTO attendances (user_id, type, date, node_id, status)
            WITH RECURSIVE d(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM d WHERE i < 499)
            SELECT u.id, 'in', DATE_ADD('2024-01-01', INTERVAL d.i DAY), CONCAT('app-node-', u.id % 3), ELT(1 + d.i % 3, 'Hadir', 'Terlambat', 'Alpha')
            FROM d CROSS JOIN users u WHERE u.email LIKE '%@panjang.test'
            """);
        await connection.ExecuteAsync(
            """
            INSERT INTO attendance_logs (id, attendance_id, user_id, event_type, node_id, payload, created_at, hash)
            SELECT 1000000 + id, id, user_id, 'AbsensiCreated', node_id, '{}', date, '' FROM attendances
            """);
        await connection.QueryAsync("ANALYZE TABLE attendances, attendance_logs");
    }

    /// <returns>The step that reads all of a history; null when there is none. A walk along an index up to a LIMIT doesn't, unless it has to be sorted first.</returns>
    private static async Task<string?> ScanAsync(DbConnection connection, string sql)
    {
        var walk = Walk().IsMatch(sql);
        var names = QueryPlanTests.NamesOf(sql);
        var steps = await connection.QueryAsync<Step>($"EXPLAIN FORMAT=TRADITIONAL {sql}");
        bool ReadsAll(Step step) => step.Type == "ALL" || (walk ? step.Extra?.Contains("Using filesort", StringComparison.Ordinal) == true : step.Type == "index");
        return steps.FirstOrDefault(s => s.SelectType != "INSERT" && names.Contains(s.Table ?? "") && ReadsAll(s)) is { } scan
            ? $"{scan.Type} of {scan.Table}, {scan.Rows} rows, {scan.Extra}: {sql}" : null;
    }

    [GeneratedRegex(@"(ORDER BY (a\.)?(date|id)\b[\w., ]*|a\.date <= DATE'[\d-]+') LIMIT \d+", RegexOptions.IgnoreCase)]
    private static partial Regex Walk();

    private sealed class Step
    {
        public string? SelectType { get; init; }
        public string? Table { get; init; }
        public string? Type { get; init; }
        public long? Rows { get; init; }
        public string? Extra { get; init; }
    }
}
