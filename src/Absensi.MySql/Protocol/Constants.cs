namespace MySqlConnector.Protocol;

/// <summary>Capability bits of the handshake (MySQL client/server protocol, "Capabilities Flags").</summary>
[Flags]
internal enum Capabilities : uint
{
    LongPassword = 1,
    FoundRows = 1 << 1,
    LongFlag = 1 << 2,
    ConnectWithDatabase = 1 << 3,
    Protocol41 = 1 << 9,
    Ssl = 1 << 11,
    Transactions = 1 << 13,
    SecureConnection = 1 << 15,
    MultiStatements = 1 << 16,
    MultiResults = 1 << 17,
    PreparedMultiResults = 1 << 18,
    PluginAuth = 1 << 19,
    ConnectAttributes = 1 << 20,
    DeprecateEof = 1 << 24,
}

[Flags]
internal enum ServerStatus : ushort
{
    InTransaction = 1,
    AutoCommit = 2,
    MoreResults = 8,
    NoBackslashEscapes = 0x200,
}

internal enum Command : byte
{
    Quit = 0x01,
    Query = 0x03,
    Ping = 0x0E,
    StatementPrepare = 0x16,
    StatementExecute = 0x17,
    StatementClose = 0x19,
    ResetConnection = 0x1F,
}

/// <summary>Type byte of a column definition and of a bound parameter.</summary>
internal enum ColumnType : byte
{
    Decimal = 0,
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,
    Null = 6,
    Timestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,
    Time = 11,
    DateTime = 12,
    Year = 13,
    VarChar = 15,
    Bit = 16,
    Vector = 242,
    Json = 245,
    NewDecimal = 246,
    Enum = 247,
    Set = 248,
    TinyBlob = 249,
    MediumBlob = 250,
    LongBlob = 251,
    Blob = 252,
    VarString = 253,
    String = 254,
    Geometry = 255,
}

[Flags]
internal enum ColumnFlags : ushort
{
    NotNull = 1,
    Unsigned = 32,
}

/// <summary>First bytes that tell one reply from another.</summary>
internal static class Reply
{
    public const byte Ok = 0x00;
    public const byte MoreAuthData = 0x01;
    public const byte LocalInfile = 0xFB;
    public const byte End = 0xFE;
    public const byte Error = 0xFF;
}
