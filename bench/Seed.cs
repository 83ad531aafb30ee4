using Absensi.Storage;
using Dapper;

namespace Absensi.Bench;

/// <summary>A long history of one office: every workday of 1,000 people up to this week, in the order of time. Rows only; a bench of reading needs no log.</summary>
public static class Seed
{
    public const int People = 1000;

    /// <summary>Makes the tables, and that many rows.</summary>
    public static async Task FillAsync(Database database, int rows)
    {
        await new Migrator(database).MigrateAsync(CancellationToken.None);
        await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO users (id, name, email, password, role, created_at) VALUES (@Id, @Name, @Email, 'none', @Role, '2000-01-01 08:00:00')",
            Enumerable.Range(1, People + 1).Select(i => new
            {
                Id = i, Name = i == 1 ? "Admin" : $"Karyawan {i - 1} Nusantara", Email = $"orang{i}@absensi.test", Role = i == 1 ? "admin" : "karyawan",
            }), transaction), CancellationToken.None);
        var days = (rows + People - 1) / People;
        var monday = Today().AddDays(-((int)Today().DayOfWeek + 6) % 7).AddDays(-7 * ((days - 1) / 5));
        const int atOnce = 200;
        for (var from = 0; from < days; from += atOnce)
        {
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(Rows(database.Dialect), new
            {
                from, until = Math.Min(days, from + atOnce), monday, rows,
            }, transaction, commandTimeout: 0)), CancellationToken.None);
        }

        // A server counts again by itself, but some while after.
        if (database.Dialect is MySqlDialect) await database.ExecuteAsync("ANALYZE TABLE attendances", null, CancellationToken.None);
    }

    public static DateOnly Today() => DateOnly.FromDateTime(DateTime.UtcNow);

    private static string Rows(Dialect dialect)
    {
        var (days, time) = dialect is SqliteDialect
            ? ("date(@monday, CONCAT('+', d.i / 5 * 7 + d.i % 5, ' days'))", "time({0}, 'unixepoch')")
            : ("DATE_ADD(@monday, INTERVAL d.i DIV 5 * 7 + d.i % 5 DAY)", "SEC_TO_TIME({0})");
        string Time(string seconds) => $"CASE WHEN NOT absent THEN CONCAT(date, ' ', {time.Replace("{0}", seconds, StringComparison.Ordinal)}) END";
        return $"""
                INSERT INTO attendances (user_id, type, date, jam_masuk, jam_pulang, latitude_masuk, longitude_masuk, latitude_pulang, longitude_pulang, node_id, status, duration_minutes)
                WITH RECURSIVE d(i) AS (SELECT @from UNION ALL SELECT i + 1 FROM d WHERE i + 1 < @until),
                n AS (SELECT d.i * {People} + u.id - 2 AS i, u.id AS user_id, {days} AS date FROM d CROSS JOIN users u WHERE u.id > 1),
                day AS (SELECT i, user_id, date, 27000 + i * 7919 % 4500 AS arrival, i * 104729 % 50 = 0 AS absent FROM n WHERE i < @rows)
                SELECT user_id, CASE WHEN absent THEN 'in' ELSE 'out' END, date, {Time("arrival")}, {Time("arrival + 32400")},
                       CASE WHEN NOT absent THEN -6.2088 END, CASE WHEN NOT absent THEN 106.8456 END, CASE WHEN NOT absent THEN -6.2089 END, CASE WHEN NOT absent THEN 106.8457 END,
                       CONCAT('app-node-', user_id % 3 + 1), CASE WHEN absent THEN 'Alpha' WHEN arrival > 30600 THEN 'Terlambat' ELSE 'Hadir' END, CASE WHEN NOT absent THEN 540 END
                FROM day ORDER BY i
                """;
    }
}
