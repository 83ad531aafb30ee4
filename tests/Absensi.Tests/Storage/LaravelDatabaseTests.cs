using System.Diagnostics;
using Absensi.Commands;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;
using Dapper;
using Absensi.Testing;

namespace Absensi.Tests.Storage;

/// <summary>A database of the document's DDL, with tables and columns that Laravel itself brings along, becomes ours without losing anything.</summary>
[Collection("server")]
public sealed class LaravelDatabaseTests(SharedServer server) : IAsyncLifetime
{
    // As Laravel's Hash::make writes it.
    private const string Password = "rahasia-laravel", Hash = "$2y$10$abcdefghijklmnopqrstuuStZjZ1clvZyN1.kqGiic5bP6hQ0SC0y";

    private (string Name, string Value)[] _environment = [];
    private StorageNode _node = null!;

    private string Name => _environment.Single(v => v.Name == "DB_DATABASE").Value;

    public async Task InitializeAsync()
    {
        _environment = await server.NewDatabaseAsync();
        _node = await StorageNode.StartAsync(_environment);
        await server.RunAsync(Name, LaravelSchema.Tables);
        await server.RunAsync(Name,
            $"INSERT INTO users (id, name, email, password, role, remember_token) VALUES (3, 'Ahmad Rizki', 'Ahmad@Absensi.test', '{Hash}', 'karyawan', 'abc'), " +
            $"(5, 'Siti \"Ratu\" 😀', 'siti@absensi.test', '{Hash}', 'admin', NULL), (9, 'Budi', 'budi@absensi.test', '{Hash}', NULL, NULL)");
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task RowsOfEveryShapeStayAsTheyAreAndTheLogSaysThem()
    {
        await server.RunAsync(Name,
            "SET SESSION sql_mode = ''",
            """
            INSERT INTO attendances (id, user_id, type, date, jam_masuk, jam_pulang, latitude_masuk, longitude_masuk, latitude_pulang, longitude_pulang,
                node_id, status, duration_minutes, created_at, updated_at) VALUES
            (2, 3, 'out', '2025-11-03', '2025-11-03 08:15:00', '2025-11-03 17:00:00', -6.2088, 106.8456, -6.20881234, 106.84561234, 'app-node-1', 'Hadir', 525, '2025-11-03 08:15:00', '2025-11-03 17:00:00'),
            (3, 3, 'in',  '2025-11-04', '2025-11-04 08:45:10', NULL, -6.2, 106.8, NULL, NULL, 'app-node-2', 'Terlambat', NULL, '2025-11-04 08:45:10', '2025-11-04 08:45:10'),
            (4, 3, 'in',  '2025-11-05', '2025-11-05 08:00:00', '2025-11-05 17:00:00', NULL, NULL, NULL, NULL, NULL, 'Hadir', NULL, NULL, NULL),
            (5, 3, 'in',  '2025-11-06', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Alpha', NULL, '2025-11-06 23:59:00', '2025-11-07 01:00:00'),
            (9, 3, 'in',  '2025-11-07', NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL),
            (11, 5, 'out', '2025-11-07', NULL, '2025-11-07 17:00:00', NULL, NULL, 1, NULL, 'app-node-1', 'Hadir', 3, '2025-11-07 08:00:00', NULL),
            (12, 5, 'in', '2025-11-08', '2025-11-08 08:00:00', NULL, 95, 200, NULL, NULL, 'app-node-1', 'Alpha', -4, '2025-11-08 08:00:01', '2025-11-08 09:00:00'),
            (700, 5, 'out', '2025-11-09', '2025-11-10 00:10:00', '2025-11-09 23:00:00', -6.2, 106.8, -6.2, 106.8, 'app-node-3', 'Hadir', 0, '0000-00-00 00:00:00', '2025-11-10 00:10:00')
            """);
        var before = await DumpAsync("attendances");

        await MigrateCommand.MigrateAsync(_node.Database, CancellationToken.None);

        var entries = await _node.CheckLogAsync();
        Assert.Equal(12, entries.Count);
        Assert.Null(await new Absences(_node.Database, _node.Ledger, _node.Settings.Rules, "app-node-1").NextAsync(CancellationToken.None));
        Assert.Equal([2, 2, 3, 4, 4, 5, 9, 11, 11, 12, 700, 700], entries.Select(e => (int)e.AttendanceId!));
        Assert.Equal((EventTypes.Created, "app-node-1", new DateTime(2025, 11, 3, 8, 15, 0)), (entries[0].EventType, entries[0].NodeId, entries[0].CreatedAt));
        Assert.Equal((EventTypes.Updated, "laravel"), (entries[4].EventType, entries[4].NodeId));
        Assert.DoesNotContain("\"row\"", entries[0].Payload + entries[1].Payload + entries[2].Payload, StringComparison.Ordinal);
        Assert.Equal(before.Select(r => Repaired(r)), (await DumpAsync("attendances")).Select(r => Repaired(r)));
    }

    [Fact]
    public async Task LaravelsOwnEntriesAndTablesAreKept()
    {
        await server.RunAsync(Name,
            "INSERT INTO attendances (id, user_id, type, date, jam_masuk) VALUES (1, 3, 'in', '2025-11-03', '2025-11-03 08:15:00')",
            """INSERT INTO attendance_logs (id, attendance_id, user_id, event_type, node_id, payload) VALUES (4, 1, 3, 'clock_in', 'n', '{"a": [1, 2]}'), (90, NULL, 9, 'x', 'n', '"free text"')""",
            "INSERT INTO sessions (id, user_id, payload, last_activity) VALUES ('s', 3, 'p', 1)",
            "INSERT INTO migrations (migration, batch) VALUES ('2025_create_users', 1)");
        var (logs, users) = (await DumpAsync("attendance_logs"), await DumpAsync("users"));

        await MigrateCommand.MigrateAsync(_node.Database, CancellationToken.None);
        await server.RunAsync(Name, "DELETE FROM users WHERE id = 9");

        Assert.Equal(logs, await DumpAsync("attendance_logs_laravel"));
        Assert.Single(await DumpAsync("sessions_laravel"));
        Assert.Single(await DumpAsync("migrations"));
        Assert.Single(await _node.CheckLogAsync());
        var found = (await _node.Users.FindAsync("ahmad@absensi.test", CancellationToken.None))!;
        Assert.Equal((3, Hash, true, false), (found.Id, found.Password, found.Active, found.MustChangePassword));
        Assert.Equal("abc", (await DumpAsync("users"))[0]["remember_token"]);
        Assert.Equal(users[0]["email"], (await DumpAsync("users"))[0]["email"]);
    }

    [Fact]
    public async Task APersonWithAttendanceCanNoLongerBeDeleted()
    {
        await server.RunAsync(Name, "INSERT INTO attendances (id, user_id, type, date, jam_masuk) VALUES (1, 3, 'in', '2025-11-03', '2025-11-03 08:15:00')");
        await MigrateCommand.MigrateAsync(_node.Database, CancellationToken.None);

        await Assert.ThrowsAsync<MySqlConnector.MySqlException>(() => server.RunAsync(Name, "DELETE FROM users WHERE id = 3"));
        await Assert.ThrowsAsync<MySqlConnector.MySqlException>(() => server.RunAsync(Name, "DELETE FROM attendances WHERE id = 1"));

        Assert.Single(await _node.CheckLogAsync());
    }

    [Fact]
    public async Task WhoHadALaravelPasswordLogsInAndClocksOut()
    {
        await using var clock = await StorageNode.StartAsync(_environment);
        var now = clock.Settings.Rules.LocalTime(await clock.Database.UtcNowAsync(CancellationToken.None));
        await server.RunAsync(Name, $"INSERT INTO attendances (id, user_id, type, date, jam_masuk) VALUES (8, 3, 'in', '{now:yyyy-MM-dd}', '{now:yyyy-MM-dd HH:mm:ss}')");

        await using var app = await TestApp.StartAsync(_environment);
        using var employee = app.Anonymous();
        await employee.GetAsync("/login", json: false);
        var login = await employee.PostAsync("/login", new FormUrlEncodedContent(new Dictionary<string, string> { ["email"] = "ahmad@absensi.test", ["password"] = Password }));
        await employee.GetAsync("/dashboard", json: false);
        var tap = await employee.TapAsync("/absensi/pulang");

        Assert.Equal(200, login.Status);
        Assert.Equal((200, 2), (tap.Status, tap.EventId));
        Assert.Equal(8, tap.Json.GetProperty("data").GetProperty("id").GetInt64());
        await _node.CheckLogAsync();
    }

    [Fact]
    public async Task AnAdoptionThatIsKilledGoesOnWhereItStood()
    {
        await server.RunAsync(Name, LaravelSchema.People(100), LaravelSchema.Attendance(100, 120));
        var before = await DumpAsync("attendances");

        foreach (var written in new[] { -1, 0, 1, 4000 })
        {
            using var migrate = StartMigrate();
            while (!migrate.HasExited && await WrittenAsync() < written) await Task.Delay(5);
            if (written < 0) await Task.Delay(150);
            migrate.Kill();
            await migrate.WaitForExitAsync();
        }

        Assert.InRange(await WrittenAsync(), 1, 23_999);
        using (var migrate = StartMigrate())
        {
            await migrate.WaitForExitAsync();
            Assert.Equal(0, migrate.ExitCode);
        }

        Assert.Equal(24_000, (await _node.CheckLogAsync()).Count);
        Assert.Equal(before, await DumpAsync("attendances"));
    }

    private Process StartMigrate()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "absensi.dll"), "migrate"]);
        foreach (var (name, value) in _environment.Append(("APP_TIMEZONE", Noon.Zone))) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Entries so far; -1 while there is no table for them.</summary>
    private async Task<long> WrittenAsync()
    {
        await using var connection = await server.OpenAsync(Name);
        var exists = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'event_head'");
        return exists == 0 ? -1 : await connection.ExecuteScalarAsync<long?>("SELECT last_id FROM event_head") ?? -1;
    }

    private async Task<List<Dictionary<string, object?>>> DumpAsync(string table)
    {
        await using var connection = await server.OpenAsync(Name);
        await connection.ExecuteAsync("SET SESSION sql_mode = ''");
        var columns = (await connection.QueryAsync<string>("SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = @table ORDER BY column_name", new { table })).ToList();
        var rows = await connection.QueryAsync($"SELECT {string.Join(", ", columns.Select(c => $"CAST({c} AS CHAR) AS {c}"))} FROM {table}");
        return rows.Select(r => ((IDictionary<string, object?>)r).ToDictionary(c => c.Key, c => c.Value)).OrderBy(r => $"{r["id"],20}", StringComparer.Ordinal).ToList();
    }

    /// <summary>What adoption repairs: no status is Hadir, a zero time is none.</summary>
    private static string Repaired(Dictionary<string, object?> row) => string.Join("|", row.OrderBy(c => c.Key, StringComparer.Ordinal)
        .Select(c => c.Key == "status" ? c.Value ?? "Hadir" : c.Value is "0000-00-00 00:00:00" ? null : c.Value));
}
