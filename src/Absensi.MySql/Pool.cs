using System.Collections.Concurrent;
using System.Diagnostics;
using MySqlConnector.Protocol;

namespace MySqlConnector;

/// <summary>
/// Open connections of one connection string. A place is held by whoever has a connection or opens one, so there are never more than
/// MaximumPoolSize. The one returned last is handed out first; the others grow old and are closed.
/// </summary>
internal sealed class Pool : IAsyncDisposable
{
    /// <summary>Idle for longer, a connection is asked before it is handed out: a peer that vanished without a word leaves no trace on the socket.</summary>
    private static readonly TimeSpan s_pingAfter = TimeSpan.FromSeconds(10);
    private static readonly ConcurrentDictionary<string, Pool> s_shared = new();

    private readonly SemaphoreSlim _places;
    private readonly List<Session> _idle = [];
    private readonly Timer _sweep;
    private int _generation;
    private bool _isDisposed;

    public Pool(Settings settings)
    {
        Settings = settings;
        _places = new SemaphoreSlim(settings.MaximumPoolSize);
        var period = TimeSpan.FromSeconds(Math.Clamp(settings.IdleTimeout.TotalSeconds / 2, 1, 30));
        _sweep = new Timer(pool => _ = ((Pool)pool!).SweepAsync(), this, settings.MinimumPoolSize > 0 ? TimeSpan.Zero : period, period);
    }

    public Settings Settings { get; }

    public int IdleCount
    {
        get { lock (_idle) return _idle.Count; }
    }

    public int BusyCount => Settings.MaximumPoolSize - _places.CurrentCount;

    /// <summary>The pool all plain connections with this text share.</summary>
    public static Pool Shared(string connectionString) =>
        s_shared.GetOrAdd(connectionString, static text => new Pool(new Settings(new MySqlConnectionStringBuilder(text))));

    public static async Task ClearAllAsync()
    {
        foreach (var pool in s_shared.Values) await pool.ClearAsync().ConfigureAwait(false);
    }

    /// <exception cref="MySqlException">No place or no server within ConnectionTimeout.</exception>
    public async ValueTask<Session> GetAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var began = Stopwatch.GetTimestamp();
        if (!await _places.WaitAsync(Settings.ConnectTimeout, cancellationToken).ConfigureAwait(false))
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost,
                $"All {Settings.MaximumPoolSize} connections of the pool stayed in use for the whole connection time-out.");
        try
        {
            while (TakeIdle() is { } session)
            {
                if (await IsUsableAsync(session, Left(began), cancellationToken).ConfigureAwait(false)) return session;
                await session.CloseAsync().ConfigureAwait(false);
            }
            return await Session.OpenAsync(Settings, Left(began), _generation, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    /// <summary>Takes a connection back; what a broken one, or one past its time, held is given up. Never throws.</summary>
    public async Task ReturnAsync(Session session)
    {
        try
        {
            if (!session.IsBroken && Belongs(session)) await CleanAsync(session).ConfigureAwait(false);
            session.UsedAt = Stopwatch.GetTimestamp();
            if (session.IsBroken || !Keep(session)) await session.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is MySqlException or OperationCanceledException)
        {
            await session.CloseAsync().ConfigureAwait(false); // it broke while being tidied
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Closes what is idle now, and what is in use when it comes back.</summary>
    public async Task ClearAsync()
    {
        Interlocked.Increment(ref _generation);
        while (TakeIdle() is { } session) await session.CloseAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await ClearAsync().ConfigureAwait(false);
    }

    private int Left(long began) => Settings.ConnectTimeout == Timeout.Infinite
        ? Timeout.Infinite
        : Math.Max(1, Settings.ConnectTimeout - (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds);

    private bool Belongs(Session session) =>
        !_isDisposed && !session.IsElsewhere && session.Generation == Volatile.Read(ref _generation) && Stopwatch.GetElapsedTime(session.OpenedAt) < Settings.LifeTime;

    private async ValueTask CleanAsync(Session session)
    {
        var timeout = Settings.ConnectTimeout;
        session.ForgetOpening();
        if (session.IsChanged && Settings.ConnectionReset) await session.ResetAsync(timeout, CancellationToken.None).ConfigureAwait(false);
        else if (session.IsInTransaction) await session.QueryAsync("ROLLBACK", timeout, CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask<bool> IsUsableAsync(Session session, int timeout, CancellationToken cancellationToken)
    {
        if (!Belongs(session) || !session.LooksAlive()) return false;
        if (Stopwatch.GetElapsedTime(session.UsedAt) < s_pingAfter) return true;
        try
        {
            await session.PingAsync(timeout, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    private bool Keep(Session session)
    {
        lock (_idle)
        {
            if (!Belongs(session)) return false;
            _idle.Add(session);
            return true;
        }
    }

    private Session? TakeIdle()
    {
        lock (_idle)
        {
            if (_idle.Count == 0) return null;
            var session = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            return session;
        }
    }

    private async Task SweepAsync()
    {
        while (TakeExpired() is { } session) await session.CloseAsync().ConfigureAwait(false);
        while (!_isDisposed && IdleCount + BusyCount < Settings.MinimumPoolSize && _places.Wait(0))
        {
            try
            {
                await ReturnAsync(await Session.OpenAsync(Settings, Settings.ConnectTimeout, _generation, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (MySqlException)
            {
                _places.Release();
                return; // the next caller hears it, or the next sweep succeeds
            }
        }
    }

    private Session? TakeExpired()
    {
        lock (_idle)
        {
            if (_idle.Count <= Settings.MinimumPoolSize || Stopwatch.GetElapsedTime(_idle[0].UsedAt) < Settings.IdleTimeout) return null;
            var session = _idle[0];
            _idle.RemoveAt(0);
            return session;
        }
    }
}
