using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Dapper;

namespace Absensi.Storage;

/// <summary>A backup, restored in a database that is gone again after <see cref="DisposeAsync"/>. The backup and what is in use stay as they are.</summary>
public sealed class Restored : IAsyncDisposable
{
    private readonly Func<Task> _remove;

    private Restored(Database database, Func<Task> remove) => (Database, _remove) = (database, remove);

    public Database Database { get; }

    /// <summary>Restores a file of SQLite, or a dump that <c>mariadb-dump</c> or <c>mysqldump</c> made of one database, packed by gzip or not.</summary>
    /// <param name="server">Where a dump gets a temporary database; not needed for SQLite.</param>
    /// <exception cref="StorageException">It can't be restored; says why.</exception>
    public static async Task<Restored> FromAsync(string file, DatabaseServer? server, CancellationToken cancel)
    {
        if (!File.Exists(file)) throw new StorageException($"there is no backup {file}");
        if (await IsSqliteAsync(file, cancel)) return await FromSqliteAsync(file, cancel);
        if (server is null) throw new StorageException($"{file} is no SQLite database: for a dump of a server, say with DB_HOST where it may be restored for the check (or name the folder of an up --real with --data)");
        return await FromDumpAsync(file, server, cancel);
    }

    /// <summary>Looks whether what was restored is a database of ours, with everyone that attendance is about.</summary>
    /// <returns>How many people it has.</returns>
    /// <exception cref="StorageException">It is not; the log's own check would find that in order, where there is no log.</exception>
    public async Task<long> PeopleAsync(CancellationToken cancel)
    {
        try
        {
            var found = await Database.FirstAsync<Found>(
                """
                SELECT (SELECT COUNT(*) FROM event_head) AS heads, (SELECT COUNT(*) FROM schema_migrations) AS migrations, (SELECT COUNT(*) FROM users) AS people,
                       (SELECT COUNT(*) FROM attendances a LEFT JOIN users u ON u.id = a.user_id WHERE u.id IS NULL) AS strangers
                """, null, cancel);
            if (found is not { Heads: 1, Migrations: > 0 }) throw new StorageException("the backup has no event log: it was cut short, or is of something else");
            return found.Strangers == 0 ? found.People : throw new StorageException($"the backup has {found.Strangers} attendances of people that it has not: it was cut short");
        }
        catch (System.Data.Common.DbException fault)
        {
            throw new StorageException($"the backup is of something else than Absensi, or was cut short: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync() => await _remove();

    private sealed class Found
    {
        public long Heads { get; init; }
        public long Migrations { get; init; }
        public long People { get; init; }
        public long Strangers { get; init; }
    }

    private static async Task<bool> IsSqliteAsync(string file, CancellationToken cancel)
    {
        var magic = "SQLite format 3\0"u8.ToArray();
        var begin = new byte[magic.Length];
        await using var stream = File.OpenRead(file);
        return await stream.ReadAtLeastAsync(begin, begin.Length, throwOnEndOfStream: false, cancel) == magic.Length && begin.AsSpan().SequenceEqual(magic);
    }

    private static async Task<Restored> FromSqliteAsync(string file, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("absensi-restored-").FullName;
        var database = new Database(new SqliteDialect(folder));
        var restored = new Restored(database, async () =>
        {
            await database.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        });
        try
        {
            await using (var from = File.OpenRead(file))
            await using (var to = File.Create(Path.Combine(folder, "absensi.db"))) await from.CopyToAsync(to, cancel);
            var said = await database.FirstAsync<string>("PRAGMA integrity_check", null, cancel);
            return said == "ok" ? restored : throw new StorageException($"{file} is damaged: {said}");
        }
        catch (System.Data.Common.DbException fault)
        {
            await restored.DisposeAsync();
            throw new StorageException($"{file} is damaged: {fault.Message}", fault);
        }
        catch
        {
            await restored.DisposeAsync();
            throw;
        }
    }

    private static async Task<Restored> FromDumpAsync(string file, DatabaseServer server, CancellationToken cancel)
    {
        await RefuseOtherDatabasesAsync(file, cancel);
        var temporary = server with { Database = $"{server.Database[..Math.Min(server.Database.Length, 40)]}_check_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}" };
        var database = new Database(new MySqlDialect(temporary));
        var restored = new Restored(database, async () =>
        {
            await using (var connection = await database.OpenAsync(CancellationToken.None)) await connection.ExecuteAsync($"DROP DATABASE {temporary.Database}");
            await database.DisposeAsync();
        });
        await database.Dialect.CreateAsync(cancel);
        try
        {
            await LoadAsync(file, temporary, cancel);
            return restored;
        }
        catch
        {
            await restored.DisposeAsync();
            throw;
        }
    }

    /// <summary>A dump of whole databases names them, and would be loaded over the one that is in use.</summary>
    private static async Task RefuseOtherDatabasesAsync(string file, CancellationToken cancel)
    {
        string[] words = ["USE ", "CREATE DATABASE", "DROP DATABASE", "/*!40000 DROP DATABASE"];
        using var lines = new StreamReader(Open(file));
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            if (Array.Exists(words, word => line.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
                throw new StorageException($"{file} names a database itself ({line[..Math.Min(line.Length, 60)]}): make the dump of one database, without --databases");
        }
    }

    private static async Task LoadAsync(string file, DatabaseServer server, CancellationToken cancel)
    {
        using var client = StartClient(server);
        var said = client.StandardError.ReadToEndAsync(cancel);
        try
        {
            await using var dump = Open(file);
            await dump.CopyToAsync(client.StandardInput.BaseStream, cancel);
            client.StandardInput.Close();
        }
        catch (IOException)
        {
            // It stopped reading; what it says tells why.
        }

        await client.WaitForExitAsync(cancel);
        if (client.ExitCode != 0) throw new StorageException($"{file} can't be restored: {(await said).Trim()}");
    }

    private static Process StartClient(DatabaseServer server)
    {
        foreach (var name in new[] { "mariadb", "mysql" })
        {
            var command = new ProcessStartInfo(name,
                ["--no-defaults", "--protocol=TCP", $"--host={server.Host}", string.Create(CultureInfo.InvariantCulture, $"--port={server.Port}"), $"--user={server.Username}", "--default-character-set=utf8mb4", server.Database])
            { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = false, Environment = { ["MYSQL_PWD"] = server.Password } };
            try
            {
                return Process.Start(command)!;
            }
            catch (Win32Exception)
            {
                // Not installed under this name.
            }
        }

        throw new StorageException("a dump is restored by the server's own client, which is not installed here. Type: sudo apt-get install mariadb-client");
    }

    private static Stream Open(string file)
    {
        var stream = File.OpenRead(file);
        var packed = stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
        stream.Position = 0;
        return packed ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }
}
