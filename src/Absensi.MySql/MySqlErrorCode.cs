namespace MySqlConnector;

/// <summary>Error numbers a program decides by; the rest come as <see cref="MySqlException.Number"/>. Source: MySQL and MariaDB error lists.</summary>
public enum MySqlErrorCode
{
    /// <summary>The server did not answer within the command time-out. Not a server error.</summary>
    CommandTimeoutExpired = -1,
    None = 0,
    ConnectionCountError = 1040,
    UnableToConnectToHost = 1042,
    DatabaseAccessDenied = 1044,
    AccessDenied = 1045,
    UnknownDatabase = 1049,
    ServerShutdown = 1053,
    TableExists = 1050,
    UnknownTable = 1051,
    BadFieldError = 1054,
    DuplicateKeyName = 1061,
    DuplicateKeyEntry = 1062,
    ParseError = 1064,
    NoSuchTable = 1146,
    PacketTooLarge = 1153,
    LockWaitTimeout = 1205,
    LockDeadlock = 1213,
    UnsupportedPreparedStatement = 1295,
    QueryInterrupted = 1317,
    DataTooLong = 1406,
    RowIsReferenced2 = 1451,
    NoReferencedRow2 = 1452,
    NeedReprepare = 1615,
    ConnectionKilled = 1927,
    ServerLost = 2013,
    MalformedPacket = 2027,
    SessionWasKilled = 3169,
    ClientInteractionTimeout = 4031,
}
