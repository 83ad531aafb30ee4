using Dapper;

namespace Absensi.Storage;

/// <summary>
/// The table <c>leases</c>: which process does a job that one is enough for. A lease spares the others the work and no more:
/// a holder that is held up may wake after its lease has lapsed, so the job itself has to be right when two do it.
/// </summary>
public sealed class Leases(Database database)
{
    /// <summary>Takes the lease, or renews the holder's own, until <paramref name="seconds"/> from now by the database's clock.</summary>
    /// <returns>Whether it is the holder's; a holder that died is followed by another once its time has run out.</returns>
    public Task<bool> TakeAsync(string name, string holder, int seconds, CancellationToken cancel) => database.WriteAsync(async (connection, transaction) =>
    {
        var now = database.Dialect.UnixNow;
        var lease = new { name, holder, seconds };
        // In this order: a lock for the INSERT and then a stronger one for the UPDATE would deadlock where two come at once.
        if (await connection.ExecuteAsync($"UPDATE leases SET holder = @holder, until = {now} + @seconds WHERE name = @name AND (holder = @holder OR until <= {now})", lease, transaction) == 0)
            await connection.ExecuteAsync($"{database.Dialect.InsertIgnore} INTO leases (name, holder, until) VALUES (@name, @holder, {now} + @seconds)", lease, transaction);
        return await connection.QuerySingleAsync<string>("SELECT holder FROM leases WHERE name = @name", lease, transaction) == holder;
    }, cancel);

    /// <summary>Lets go of it early, where it is still the holder's.</summary>
    public Task ReleaseAsync(string name, string holder, CancellationToken cancel) =>
        database.ExecuteAsync("UPDATE leases SET until = 0 WHERE name = @name AND holder = @holder", new { name, holder }, cancel);
}
