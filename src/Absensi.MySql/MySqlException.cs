using System.Data.Common;
using MySqlConnector.Protocol;

namespace MySqlConnector;

/// <summary>
/// A refusal by the server (<see cref="SqlState"/> is set), or a connection that failed: lost, too slow, or talking nonsense
/// (<see cref="SqlState"/> is null). After the second kind the outcome of the statement is unknown and the connection is gone.
/// </summary>
public sealed class MySqlException : DbException
{
    private readonly string? _sqlState;

    internal MySqlException(MySqlErrorCode code, string message, Exception? inner = null)
        : base(message, inner) => Number = (int)code;

    private MySqlException(int number, string sqlState, string message)
        : base(message) => (Number, _sqlState) = (number, sqlState);

    /// <summary>The server's error number, or the nearest client number (see <see cref="MySqlErrorCode"/>).</summary>
    public int Number { get; }

    /// <summary><see cref="Number"/> by name; numbers without a name are still valid values.</summary>
    public new MySqlErrorCode ErrorCode => (MySqlErrorCode)Number;

    /// <summary>Five characters, or null when no server said this.</summary>
    public override string? SqlState => _sqlState;

    /// <summary>Whether the same work may succeed when simply tried again.</summary>
    public override bool IsTransient => ErrorCode is MySqlErrorCode.ConnectionCountError or MySqlErrorCode.LockDeadlock
        or MySqlErrorCode.LockWaitTimeout or MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.ServerLost
        or MySqlErrorCode.CommandTimeoutExpired || EndsSession;

    /// <summary>Whether the connection can go on: the server refused one statement and waits for the next.</summary>
    internal bool LeavesSessionIntact => _sqlState is not null && !EndsSession;

    private bool EndsSession => ErrorCode is MySqlErrorCode.ServerShutdown or MySqlErrorCode.ConnectionKilled
        or MySqlErrorCode.SessionWasKilled or MySqlErrorCode.ClientInteractionTimeout;

    internal static MySqlException Malformed(string what) =>
        new(MySqlErrorCode.MalformedPacket, $"The server sent {what}.");

    internal static MySqlException PacketTooLarge(int limit) =>
        new(MySqlErrorCode.PacketTooLarge, $"A packet is longer than MaxAllowedPacket ({limit} bytes).");

    internal static MySqlException Lost(string message, Exception? inner = null) => new(MySqlErrorCode.ServerLost, message, inner);

    /// <summary>Reads an error packet. Before the handshake it comes without an SQLSTATE.</summary>
    internal static MySqlException FromPacket(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload[1..]);
        var number = reader.UInt16();
        var rest = reader.Rest();
        var hasState = rest.Length >= 6 && rest[0] == '#';
        var state = hasState ? System.Text.Encoding.ASCII.GetString(rest.Slice(1, 5)) : "HY000";
        return new MySqlException(number, state, System.Text.Encoding.UTF8.GetString(hasState ? rest[6..] : rest));
    }
}
