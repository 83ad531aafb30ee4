using System.Data.Common;
using System.Reflection;
using Dapper;

namespace Absensi.Storage;

/// <summary>Numbered SQL files, each applied once and in order; every process may try at the same time.</summary>
public sealed class Migrator(Database database)
{
    /// <summary>Seconds for one statement: the rebuild of a large table takes its time.</summary>
    internal const int Patience = 3600;

    public sealed record Migration(int Version, string Name, string Sql);

    /// <summary>Brings the schema up to date.</summary>
    /// <returns>The names of what was applied; none when the schema was current.</returns>
    /// <exception cref="StorageException">The schema is newer than this program, or the database can't be used.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancel)
    {
        try
        {
            await database.Dialect.CreateAsync(cancel);
            await using var connection = await database.OpenAsync(cancel);
            await using var turn = await database.Dialect.EnterMigrationAsync(connection, cancel);
            await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_migrations (version INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL)");
            var applied = new List<string>();
            var pending = await PendingAsync(connection, cancel);
            if (database.Dialect is MySqlDialect && pending is [{ Version: 1 } first, ..] && await LaravelDatabase.FindAsync(connection, database.Dialect, cancel) is { } laravel)
                applied.Add(await laravel.AdoptAsync(first.Sql, cancel));
            foreach (var migration in pending)
            {
                await using var transaction = await database.Dialect.BeginAsync(connection, cancel);
                foreach (var statement in database.Dialect.Steps(migration.Sql))
                {
                    try
                    {
                        await connection.ExecuteAsync(new CommandDefinition(statement, transaction: transaction, commandTimeout: Patience, cancellationToken: cancel));
                    }
                    catch (DbException fault) when (database.Dialect.IsDoneAlready(fault))
                    {
                        // By a run that ended before it could say so.
                    }
                }

                await connection.ExecuteAsync("INSERT INTO schema_migrations (version, name) VALUES (@Version, @Name)", migration, transaction);
                await transaction.CommitAsync(cancel);
                applied.Add(migration.Name);
            }

            return applied;
        }
        catch (Exception e) when (database.Dialect.Explain(e) is { } explanation)
        {
            throw new StorageException(explanation, e);
        }
    }

    /// <exception cref="StorageException">The schema is not the one this program was built for.</exception>
    public async Task RequireCurrentAsync(CancellationToken cancel)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancel);
            if ((await PendingAsync(connection, cancel)).Count > 0) throw new StorageException("the database's schema is out of date: run ./absensi migrate");
        }
        catch (Exception e) when (database.Dialect.Explain(e) is { } explanation)
        {
            throw new StorageException(explanation, e);
        }
    }

    private async Task<List<Migration>> PendingAsync(DbConnection connection, CancellationToken cancel)
    {
        var known = Migrations(database.Dialect.Name);
        var done = (await connection.QueryAsync<int>(new CommandDefinition("SELECT version FROM schema_migrations", cancellationToken: cancel))).ToHashSet();
        if (done.Count > 0 && done.Max() > known[^1].Version)
            throw new StorageException($"the database's schema is version {done.Max()}, newer than this program's {known[^1].Version}: update the program");
        return known.FindAll(m => !done.Contains(m.Version));
    }

    private static List<Migration> Migrations(string dialect)
    {
        var prefix = $"Absensi.Storage.Migrations.{dialect}.";
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(resource =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[prefix.Length..^".sql".Length];
            return new Migration(int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture), name, reader.ReadToEnd());
        }).ToList();
    }
}
