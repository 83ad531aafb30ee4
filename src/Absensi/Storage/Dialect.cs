using System.Data.Common;

namespace Absensi.Storage;

/// <summary>What truly differs between the databases. Everything else is SQL written once, beside the method that runs it.</summary>
public abstract class Dialect : IAsyncDisposable
{
    /// <summary>Folder of the migrations written for this database, below <c>Storage/Migrations</c>.</summary>
    public abstract string Name { get; }

    /// <summary>An expression: the database's own clock as UTC <c>yyyy-MM-dd HH:mm:ss.ffffff</c> text.</summary>
    public abstract string UtcNow { get; }

    /// <summary>An expression: the database's own clock in whole seconds since 1970 UTC.</summary>
    public abstract string UnixNow { get; }

    /// <summary>What ends a SELECT that locks the rows it reads until the transaction ends.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>What an INSERT begins with when a row that is already there (same key) is to be left alone.</summary>
    public abstract string InsertIgnore { get; }

    /// <summary>What follows a table's name so that it is read along that index. Nothing where the planner does so by itself; a server's may rather sort a history before its first row.</summary>
    public virtual string Along(string index) => "";

    /// <summary>
    /// A table expression with one row per element of the JSON array in parameter <paramref name="parameter"/>, a column
    /// per member. Column types are MySQL's; use with an alias.
    /// </summary>
    public abstract string JsonRows(string parameter, params (string Name, string Type)[] columns);

    /// <summary>The tail of an INSERT that on a taken <paramref name="key"/> overwrites <paramref name="columns"/> instead.</summary>
    public string OnTaken(string key, params string[] columns) => $"{OnTaken(key)} {string.Join(", ", columns.Select(c => $"{c} = {Offered(c)}"))}";

    /// <summary>The same up to the assignments: a count that rises with each INSERT. One statement, since two that lock a row in two ways deadlock on a server.</summary>
    public abstract string OnTaken(string key);

    /// <summary>In such an assignment, what the INSERT had for that column.</summary>
    protected abstract string Offered(string column);

    /// <summary>
    /// A statement whose commit returns when all that could be read before it is on the disk. Null where nothing can be read
    /// sooner (SQLite); a server shows a commit to others while it still writes it, and may lose it then.
    /// </summary>
    public virtual string? Flush => null;

    /// <summary>Makes the database where there is none yet, for the migrations to fill.</summary>
    public abstract Task CreateAsync(CancellationToken cancel);

    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancel);

    /// <summary>
    /// Held round every write, its commit included. SQLite's writers take turns through it, across all processes;
    /// a server needs none.
    /// </summary>
    /// <exception cref="StorageUnavailableException">It could not be had in time.</exception>
    public abstract ValueTask<IDisposable> EnterWriteAsync(CancellationToken cancel);

    /// <summary>Held while the schema changes, so that several processes may start at once.</summary>
    public abstract ValueTask<IAsyncDisposable> EnterMigrationAsync(DbConnection connection, CancellationToken cancel);

    /// <summary>A migration's file in the parts that stay when the next one fails; the whole of it where a transaction holds changes of the schema too.</summary>
    public virtual IEnumerable<string> Steps(string migration) => [migration];

    /// <summary>Whether such a part failed because it had been done before.</summary>
    public virtual bool IsDoneAlready(DbException fault) => false;

    /// <summary>Whether a statement failed because its transaction and another waited for each other, and this one was undone.</summary>
    public virtual bool IsUndone(DbException fault) => false;

    public abstract ValueTask<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancel);

    /// <summary>Begins to read from one snapshot, undisturbed by writers and not disturbing them.</summary>
    public virtual ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancel) =>
        connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);

    /// <summary>Whether the fault is the database being away, full or busy, rather than a statement being wrong.</summary>
    public abstract bool IsUnavailable(Exception fault);

    public abstract bool IsTaken(Exception fault);

    /// <summary>The line for an operator on a database that can't be used as it is found: what is wrong, what to do. Null for any other fault.</summary>
    public virtual string? Explain(Exception fault) =>
        fault is StorageUnavailableException or DbException ? $"the database can't be used: {fault.Message}" : null;

    public abstract ValueTask DisposeAsync();
}
