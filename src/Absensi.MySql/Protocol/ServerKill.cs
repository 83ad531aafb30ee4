namespace MySqlConnector.Protocol;

/// <summary>Tells the server to drop a connection this side has given up. Best effort: an unreachable server has nothing left to drop.</summary>
internal static class ServerKill
{
    private const int Patience = 5000;

    /// <summary>A server in trouble is not helped by a hundred connections that all come to kill.</summary>
    private static readonly SemaphoreSlim s_atOnce = new(2);

    public static async Task SendAsync(Settings settings, uint connectionId)
    {
        if (!await s_atOnce.WaitAsync(2 * Patience).ConfigureAwait(false)) return;
        try
        {
            var session = await Session.OpenAsync(settings, Patience, generation: 0, CancellationToken.None).ConfigureAwait(false);
            await session.QueryAsync($"KILL {connectionId}", Patience, CancellationToken.None).ConfigureAwait(false);
            await session.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is MySqlException or OperationCanceledException or ArgumentException) { }
        finally
        {
            s_atOnce.Release();
        }
    }
}
