using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

/// <summary>
/// A transaction of the server. Disposed before <see cref="CommitAsync"/> it is rolled back. A commit that fails without an answer from the server
/// (SqlState null) may or may not have happened.
/// </summary>
public sealed class MySqlTransaction : DbTransaction
{
    private MySqlConnection? _connection;

    internal MySqlTransaction(MySqlConnection connection, IsolationLevel isolationLevel) => (_connection, IsolationLevel) = (connection, isolationLevel);

    /// <summary>Null once the transaction has ended.</summary>
    public new MySqlConnection? Connection => _connection;

    public override IsolationLevel IsolationLevel { get; }

    public override bool SupportsSavepoints => true;

    protected override DbConnection? DbConnection => _connection;

    public override void Commit() => CommitAsync().GetAwaiter().GetResult();

    public override Task CommitAsync(CancellationToken cancellationToken = default) => EndAsync("COMMIT", cancellationToken);

    public override void Rollback() => RollbackAsync().GetAwaiter().GetResult();

    public override Task RollbackAsync(CancellationToken cancellationToken = default) => EndAsync("ROLLBACK", cancellationToken);

    public override void Save(string savepointName) => SaveAsync(savepointName).GetAwaiter().GetResult();

    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync("SAVEPOINT " + Quoted(savepointName), cancellationToken);

    public override void Rollback(string savepointName) => RollbackAsync(savepointName).GetAwaiter().GetResult();

    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync("ROLLBACK TO SAVEPOINT " + Quoted(savepointName), cancellationToken);

    public override void Release(string savepointName) => ReleaseAsync(savepointName).GetAwaiter().GetResult();

    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        RunAsync("RELEASE SAVEPOINT " + Quoted(savepointName), cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        var isActive = IsActive(out var connection);
        try
        {
            if (isActive && connection!.Reader is { } reader) await reader.DisposeAsync().ConfigureAwait(false);
            if (isActive && connection!.State == ConnectionState.Open) await RollbackAsync().ConfigureAwait(false);
        }
        catch (MySqlException) when (connection!.State != ConnectionState.Open)
        {
            // The server rolls back what a lost connection left open; thrown from here, this would hide why the caller is leaving.
        }
        _connection = null;
        GC.SuppressFinalize(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    /// <summary>What opens a transaction of this level, in one round trip.</summary>
    internal static string Opening(IsolationLevel level) => level switch
    {
        IsolationLevel.Unspecified => "START TRANSACTION",
        IsolationLevel.ReadUncommitted => "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; START TRANSACTION",
        IsolationLevel.ReadCommitted => "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION",
        IsolationLevel.RepeatableRead => "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION",
        IsolationLevel.Serializable => "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION",
        IsolationLevel.Snapshot => "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT",
        _ => throw new NotSupportedException($"The server has no isolation level {level}."),
    };

    private async Task EndAsync(string sql, CancellationToken cancellationToken)
    {
        var connection = Active();
        // What the server has not heard of, it need not end.
        if (!connection.Idle().ForgetOpening()) await connection.RunAsync(sql, cancellationToken).ConfigureAwait(false);
        connection.Transaction = null;
        _connection = null;
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken) => await Active().RunAsync(sql, cancellationToken).ConfigureAwait(false);

    private bool IsActive([NotNullWhen(true)] out MySqlConnection? connection)
    {
        connection = _connection;
        return connection is not null && connection.Transaction == this;
    }

    private MySqlConnection Active() => IsActive(out var connection) ? connection : throw new InvalidOperationException("The transaction has ended already.");

    private static string Quoted(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
}
