using Absensi.Storage;
using Dapper;

namespace Absensi.Bench;

/// <summary>A long history of one office: every workday of 1,000 people up to this week, in the order of time. Rows only; a bench of reading needs no log.</summary>
public static class Seed
{
    public const int People = 1000;

    /// <returns>A database in <paramref name="folder"/> with that many rows.</returns>
    public static async Task<Database> CreateAsync(string folder, int rows)
    {
        var database = new Database(new SqliteDialect(folder));
        await new Migrator(database).MigrateAsync(CancellationToken.None);
        await database.ExecuteAsync(
            $"""
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= {People})
             INSERT INTO users (id, name, email, password, role, created_at)
             SELECT i, CASE WHEN i = 1 THEN 'Admin' ELSE 'Karyawan ' || (i - 1) || ' Nusantara' END, 'orang' || i || '@absensi.test', 'none', CASE WHEN i = 1 THEN 'admin' ELSE 'karyawan' END, '2000-01-01 08:00:00' FROM n
             """, null, CancellationToken.None);
        var days = (rows + People - 1) / People;
        var monday = Today().AddDays(-((int)Today().DayOfWeek + 6) % 7).AddDays(-7 * ((days - 1) / 5));
        const int atOnce = 500_000;
        for (var from = 0; from < rows; from += atOnce)
        {
            await database.WriteAsync((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(Rows, new
            {
                from, until = Math.Min(rows, from + atOnce), monday,
            }, transaction, commandTimeout: 0)), CancellationToken.None);
        }

        return database;
    }

    public static DateOnly Today() => DateOnly.FromDateTime(DateTime.UtcNow);

    private const string Rows =
        """
        WITH RECURSIVE n(i) AS (SELECT @from UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @until),
        day(user_id, date, arrival, absent) AS (
            SELECT i % 1000 + 2, date(@monday, '+' || (i / 1000 / 5 * 7 + i / 1000 % 5) || ' days'), 27000 + i * 7919 % 4500, i * 104729 % 50 = 0 FROM n)
        INSERT INTO attendances (user_id, type, date, jam_masuk, jam_pulang, latitude_masuk, longitude_masuk, latitude_pulang, longitude_pulang, node_id, status, duration_minutes)
        SELECT user_id, CASE WHEN absent THEN 'in' ELSE 'out' END, date,
               CASE WHEN NOT absent THEN date || ' ' || time(arrival, 'unixepoch') END, CASE WHEN NOT absent THEN date || ' ' || time(arrival + 32400, 'unixepoch') END,
               CASE WHEN NOT absent THEN -6.2088 END, CASE WHEN NOT absent THEN 106.8456 END, CASE WHEN NOT absent THEN -6.2089 END, CASE WHEN NOT absent THEN 106.8457 END,
               'app-node-' || (user_id % 3 + 1), CASE WHEN absent THEN 'Alpha' WHEN arrival > 30600 THEN 'Terlambat' ELSE 'Hadir' END, CASE WHEN NOT absent THEN 540 END
        FROM day
        """;
}
