using System.Diagnostics;
using System.Net.Sockets;

namespace MySqlConnector.Protocol;

/// <summary>
/// One connection to the server: its wire, its status, its prepared statements. One exchange at a time. An exchange that ends in
/// anything but a complete reply breaks the session for good: nobody can know which bytes belong to what.
/// </summary>
internal sealed partial class Session
{
    private readonly Wire _wire;
    private readonly PacketWriter _writer = new();
    private readonly Deadline _deadline = new();
    private readonly Socket? _socket;
    private Capabilities _agreed;
    private volatile bool _isBroken;
    private int _repliesDue;
    private byte _sequenceOfLast;

    private Session(Stream stream, Socket? socket, Settings settings)
    {
        (Settings, _socket) = (settings, socket);
        _wire = new Wire(stream, settings.MaxAllowedPacket);
        OpenedAt = UsedAt = Stopwatch.GetTimestamp();
    }

    public Settings Settings { get; }

    public uint ConnectionId { get; private set; }

    public string ServerVersion { get; private set; } = "";

    public string Database { get; set; } = "";

    public ServerStatus Status { get; private set; }

    public bool IsBroken => _isBroken;

    public bool IsInTransaction => Status.HasFlag(ServerStatus.InTransaction);

    /// <summary>Set by commands that may leave the session other than it was.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Whether it is as the server made it: just opened, or just reset.</summary>
    public bool IsUntouched { get; set; } = true;

    /// <summary>Set when the current database may no longer be the first. A reset does not bring it back, so such a session is not kept.</summary>
    public bool IsElsewhere { get; set; }

    public long OpenedAt { get; }

    public long UsedAt { get; set; }

    /// <summary>The pool's count of clearings when this session was opened.</summary>
    public int Generation { get; init; }

    public static async ValueTask<Session> OpenAsync(Settings settings, int timeout, int generation, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var socket = await Transport.ConnectAsync(settings, limit.Token).ConfigureAwait(false);
            return await OpenAsync(new NetworkStream(socket, ownsSocket: true), socket, settings, generation, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not MySqlException and not ArgumentException)
        {
            if (cancellationToken.IsCancellationRequested) throw new OperationCanceledException("Opening the connection was cancelled.", e, cancellationToken);
            var reason = e is OperationCanceledException ? "it did not answer in time" : e.Message;
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, $"Cannot connect to {settings.DataSource}: {reason}", e);
        }
    }

    /// <summary>The handshake over a stream that is connected already.</summary>
    public static async ValueTask<Session> OpenAsync(Stream stream, Socket? socket, Settings settings, int generation, CancellationToken cancellationToken)
    {
        var session = new Session(stream, socket, settings) { Generation = generation };
        try
        {
            await session.ShakeHandsAsync(cancellationToken).ConfigureAwait(false);
            await session.NameCharactersAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            session.Break(kill: false);
            session.Release();
            throw;
        }
    }

    /// <summary>False if the peer has closed, or said something nobody asked for. Costs no round trip.</summary>
    public bool LooksAlive()
    {
        if (_isBroken || _wire.HasUnreadBytes) return false;
        try
        {
            return _socket is null || !_socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public async ValueTask PingAsync(int timeout, CancellationToken cancellationToken) =>
        await SimpleAsync(Command.Ping, timeout, cancellationToken).ConfigureAwait(false);

    /// <summary>Makes the session like new; open transaction, variables, locks and prepared statements are gone.</summary>
    public async ValueTask ResetAsync(int timeout, CancellationToken cancellationToken)
    {
        await SimpleAsync(Command.ResetConnection, timeout, cancellationToken).ConfigureAwait(false);
        ForgetStatements();
        var token = _deadline.Begin(timeout, cancellationToken);
        try
        {
            await NameCharactersAsync(token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Failed(e, cancellationToken);
        }
        finally
        {
            _deadline.End();
        }
        (IsChanged, IsUntouched) = (false, true);
    }

    /// <summary>Ends the exchange under way from another thread: as if its time were up.</summary>
    public void CancelExchange() => _deadline.Cancel();

    /// <summary>
    /// Closes the connection without a word. With <paramref name="kill"/> the server is told, over a connection of its own, to drop what it
    /// still does for this one; a statement waiting for a lock would otherwise go on and hold its own.
    /// </summary>
    public void Break(bool kill)
    {
        if (_isBroken) return;
        _isBroken = true;
        _wire.Stream.Dispose();
        if (kill && ConnectionId != 0) _ = ServerKill.SendAsync(Settings, ConnectionId);
    }

    /// <summary>Says goodbye and gives everything back. Only by the session's last holder.</summary>
    public async ValueTask CloseAsync()
    {
        if (!_isBroken)
        {
            using var limit = new CancellationTokenSource(1000);
            try
            {
                Start(Command.Quit);
                await SendAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or MySqlException) { }
            Break(kill: false);
        }
        Release();
    }

    /// <summary>
    /// What an exchange that failed with <paramref name="e"/> tells its caller. Unless the server itself refused, or nothing had been sent yet,
    /// the session is broken by it.
    /// </summary>
    public Exception Failed(Exception e, CancellationToken caller)
    {
        // Of a batch's other statements nobody is told any more, and what they did must not be committed.
        if (e is MySqlException { LeavesSessionIntact: true } && _repliesDue == 0) return e;
        if (_repliesDue == 0 && e is not (OperationCanceledException or IOException or MySqlException)) return e;
        Break(kill: e is OperationCanceledException);
        return e switch
        {
            MySqlException => e,
            OperationCanceledException when caller.IsCancellationRequested => new OperationCanceledException("The command was cancelled.", e, caller),
            OperationCanceledException => new MySqlException(MySqlErrorCode.CommandTimeoutExpired, "The server did not answer within the command time-out.", e),
            IOException or SocketException or ObjectDisposedException => MySqlException.Lost("The connection to the server was lost: " + e.Message, e),
            _ => e,
        };
    }

    private async ValueTask SimpleAsync(Command command, int timeout, CancellationToken cancellationToken)
    {
        var token = _deadline.Begin(timeout, cancellationToken);
        try
        {
            Start(command);
            await SendAsync(token).ConfigureAwait(false);
            await ReadHeadAsync(null, token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Failed(e, cancellationToken);
        }
        finally
        {
            _deadline.End();
        }
    }

    private void Start(Command command)
    {
        _writer.Clear();
        Continue(command);
    }

    /// <summary>Begins a further command in the same write.</summary>
    private void Continue(Command command)
    {
        _writer.Start(0);
        _writer.UInt8((byte)command);
    }

    /// <summary>The number that the next reply begins with: 1, but for the last of those due, which goes on from a command of several parts.</summary>
    private byte FirstOfReply => _repliesDue == 1 ? _sequenceOfLast : (byte)1;

    /// <param name="replies">How many are due, without that to an opening.</param>
    /// <param name="withOpening">Whether what is written begins with the opening of a transaction. Only now it counts as sent.</param>
    private ValueTask SendAsync(CancellationToken cancellationToken, int replies = 1, bool withOpening = false)
    {
        _sequenceOfLast = _writer.End();
        if (_wire.HasUnreadBytes) throw MySqlException.Malformed("bytes nobody asked for");
        if (withOpening) _opening = null;
        _repliesDue = withOpening ? replies + 1 : replies;
        _wire.Sequence = FirstOfReply;
        return _wire.SendAsync(_writer, cancellationToken);
    }

    private void Release()
    {
        _wire.Dispose();
        _writer.Dispose();
    }
}
