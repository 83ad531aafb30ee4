namespace MySqlConnector;

/// <summary>A connection string read once. Times in milliseconds, -1 for no limit.</summary>
internal sealed class Settings(MySqlConnectionStringBuilder words)
{
    public string Server { get; } = words.Server.Length > 0 ? words.Server : "localhost";
    public int Port { get; } = (int)words.Port;
    public bool IsUnixSocket { get; } = words.ConnectionProtocol == MySqlConnectionProtocol.Unix || words.Server.StartsWith('/');
    public string UserId { get; } = words.UserID;
    public string Password { get; } = words.Password;
    public string Database { get; } = words.Database;
    public MySqlSslMode SslMode { get; } = words.SslMode;
    public string SslCa { get; } = words.SslCa;
    public bool AllowPublicKeyRetrieval { get; } = words.AllowPublicKeyRetrieval;
    public string ServerRsaPublicKeyFile { get; } = words.ServerRsaPublicKeyFile;
    public bool Pooling { get; } = words.Pooling;
    public int MinimumPoolSize { get; } = (int)Math.Min(words.MinimumPoolSize, words.MaximumPoolSize);
    public int MaximumPoolSize { get; } = (int)words.MaximumPoolSize;
    public TimeSpan IdleTimeout { get; } = words.ConnectionIdleTimeout == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(words.ConnectionIdleTimeout);
    public TimeSpan LifeTime { get; } = words.ConnectionLifeTime == 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(words.ConnectionLifeTime);
    public bool ConnectionReset { get; } = words.ConnectionReset;
    public int ConnectTimeout { get; } = Milliseconds((int)words.ConnectionTimeout);
    public int CommandTimeoutSeconds { get; } = (int)words.DefaultCommandTimeout;
    public bool UseAffectedRows { get; } = words.UseAffectedRows;
    public bool TreatTinyAsBoolean { get; } = words.TreatTinyAsBoolean;
    public bool AllowUserVariables { get; } = words.AllowUserVariables;
    public bool GuidFromChar36 { get; } = words.GuidFormat == MySqlGuidFormat.Char36;
    public DateTimeKind DateTimeKind { get; } = words.DateTimeKind;
    public string ApplicationName { get; } = words.ApplicationName;
    public int StatementCacheSize { get; } = (int)words.StatementCacheSize;
    public int MaxAllowedPacket { get; } = (int)words.MaxAllowedPacket;

    /// <summary>What a program may show: everything but the password.</summary>
    public string DataSource { get; } = words.ConnectionProtocol == MySqlConnectionProtocol.Unix || words.Server.StartsWith('/') ? words.Server : $"{words.Server}:{words.Port}";

    public static int Milliseconds(int seconds) => seconds == 0 ? Timeout.Infinite : seconds * 1000;
}
