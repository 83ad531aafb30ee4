using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MySqlConnector;

/// <summary>How far TLS goes. <see cref="Preferred"/> takes what it gets; only <see cref="VerifyFull"/> knows whom it talks to.</summary>
public enum MySqlSslMode { None, Preferred, Required, VerifyCA, VerifyFull }

public enum MySqlConnectionProtocol { Tcp, Unix }

/// <summary>How CHAR(36) is read: as <see cref="Guid"/>, or as text.</summary>
public enum MySqlGuidFormat { Char36, None }

/// <summary>Connection-string words, those of MySqlConnector. Spaces and case do not count. An unknown word is refused.</summary>
public sealed class MySqlConnectionStringBuilder : DbConnectionStringBuilder
{
    private static readonly Dictionary<string, string> s_aliases = new()
    {
        ["host"] = "server", ["datasource"] = "server", ["address"] = "server",
        ["user"] = "userid", ["uid"] = "userid", ["username"] = "userid", ["pwd"] = "password", ["initialcatalog"] = "database",
        ["protocol"] = "connectionprotocol", ["sslca"] = "cacertificatefile", ["cacertificate"] = "cacertificatefile",
        ["connecttimeout"] = "connectiontimeout", ["minpoolsize"] = "minimumpoolsize", ["maxpoolsize"] = "maximumpoolsize",
        ["commandtimeout"] = "defaultcommandtimeout",
    };

    /// <summary>Every word, with what it means when it is not said. Sizes in bytes, times in seconds.</summary>
    private static readonly Dictionary<string, object> s_defaults = new()
    {
        ["server"] = "", ["port"] = 3306, ["userid"] = "", ["password"] = "", ["database"] = "",
        ["connectionprotocol"] = MySqlConnectionProtocol.Tcp,
        ["sslmode"] = MySqlSslMode.Preferred, ["cacertificatefile"] = "",
        ["allowpublickeyretrieval"] = false, ["serverrsapublickeyfile"] = "",
        ["pooling"] = true, ["minimumpoolsize"] = 0, ["maximumpoolsize"] = 100,
        ["connectionidletimeout"] = 180, ["connectionlifetime"] = 0, ["connectionreset"] = true,
        ["connectiontimeout"] = 15, ["defaultcommandtimeout"] = 30,
        ["useaffectedrows"] = false, ["treattinyasboolean"] = true, ["allowuservariables"] = false,
        ["guidformat"] = MySqlGuidFormat.Char36, ["datetimekind"] = DateTimeKind.Unspecified, ["applicationname"] = "",
        ["statementcachesize"] = 64, ["maxallowedpacket"] = 128 * 1024 * 1024,
    };

    public MySqlConnectionStringBuilder() { }

    public MySqlConnectionStringBuilder(string? connectionString) => ConnectionString = connectionString;

    /// <summary>Host name or address; a value that begins with '/' is the path of a Unix socket.</summary>
    public string Server { get => Get<string>("server"); set => this["server"] = value; }

    public uint Port { get => (uint)Get<int>("port"); set => this["port"] = value; }

    public string UserID { get => Get<string>("userid"); set => this["userid"] = value; }

    public string Password { get => Get<string>("password"); set => this["password"] = value; }

    public string Database { get => Get<string>("database"); set => this["database"] = value; }

    public MySqlConnectionProtocol ConnectionProtocol { get => Get<MySqlConnectionProtocol>("connectionprotocol"); set => this["connectionprotocol"] = value; }

    public MySqlSslMode SslMode { get => Get<MySqlSslMode>("sslmode"); set => this["sslmode"] = value; }

    /// <summary>PEM file with the certificates to trust instead of the machine's.</summary>
    public string SslCa { get => Get<string>("cacertificatefile"); set => this["cacertificatefile"] = value; }

    /// <summary>Whether a password may be sealed with a key the server itself sent without TLS. Whoever sits in between could send his own.</summary>
    public bool AllowPublicKeyRetrieval { get => Get<bool>("allowpublickeyretrieval"); set => this["allowpublickeyretrieval"] = value; }

    public string ServerRsaPublicKeyFile { get => Get<string>("serverrsapublickeyfile"); set => this["serverrsapublickeyfile"] = value; }

    public bool Pooling { get => Get<bool>("pooling"); set => this["pooling"] = value; }

    public uint MinimumPoolSize { get => (uint)Get<int>("minimumpoolsize"); set => this["minimumpoolsize"] = value; }

    public uint MaximumPoolSize { get => (uint)Get<int>("maximumpoolsize"); set => this["maximumpoolsize"] = value; }

    public uint ConnectionIdleTimeout { get => (uint)Get<int>("connectionidletimeout"); set => this["connectionidletimeout"] = value; }

    public uint ConnectionLifeTime { get => (uint)Get<int>("connectionlifetime"); set => this["connectionlifetime"] = value; }

    /// <summary>Whether a connection whose session a command may have changed is reset on its way back to the pool.</summary>
    public bool ConnectionReset { get => Get<bool>("connectionreset"); set => this["connectionreset"] = value; }

    /// <summary>Seconds for all of opening: waiting for a place in the pool, connecting, TLS, authentication.</summary>
    public uint ConnectionTimeout { get => (uint)Get<int>("connectiontimeout"); set => this["connectiontimeout"] = value; }

    /// <summary>Seconds for each wait on the server; 0 waits for ever.</summary>
    public uint DefaultCommandTimeout { get => (uint)Get<int>("defaultcommandtimeout"); set => this["defaultcommandtimeout"] = value; }

    /// <summary>False: an UPDATE counts the rows it found; true: those it changed.</summary>
    public bool UseAffectedRows { get => Get<bool>("useaffectedrows"); set => this["useaffectedrows"] = value; }

    public bool TreatTinyAsBoolean { get => Get<bool>("treattinyasboolean"); set => this["treattinyasboolean"] = value; }

    /// <summary>Whether a command without parameters may hold user variables (@x).</summary>
    public bool AllowUserVariables { get => Get<bool>("allowuservariables"); set => this["allowuservariables"] = value; }

    public MySqlGuidFormat GuidFormat { get => Get<MySqlGuidFormat>("guidformat"); set => this["guidformat"] = value; }

    /// <summary>The kind stamped on every DateTime read. Nothing is converted.</summary>
    public DateTimeKind DateTimeKind { get => Get<DateTimeKind>("datetimekind"); set => this["datetimekind"] = value; }

    /// <summary>Shown by the server as the connection attribute program_name.</summary>
    public string ApplicationName { get => Get<string>("applicationname"); set => this["applicationname"] = value; }

    /// <summary>Prepared statements kept open on each connection. Not a word of MySqlConnector.</summary>
    public uint StatementCacheSize { get => (uint)Get<int>("statementcachesize"); set => this["statementcachesize"] = value; }

    /// <summary>Longest packet taken from the server, in bytes. Not a word of MySqlConnector.</summary>
    public uint MaxAllowedPacket { get => (uint)Get<int>("maxallowedpacket"); set => this["maxallowedpacket"] = value; }

    /// <exception cref="ArgumentException">An unknown word, or a value it cannot have.</exception>
    [AllowNull]
    public override object this[string keyword]
    {
        get => Get<object>(Canonical(keyword));
        set
        {
            var key = Canonical(keyword);
            if (value is null) Remove(key);
            else base[key] = Convert.ToString(Parse(key, Convert.ToString(value, CultureInfo.InvariantCulture)!), CultureInfo.InvariantCulture)!;
        }
    }

    public override bool ContainsKey(string keyword) => base.ContainsKey(Canonical(keyword));

    public override bool Remove(string keyword) => base.Remove(Canonical(keyword));

    private static string Canonical(string keyword)
    {
        var key = keyword.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        key = s_aliases.GetValueOrDefault(key, key);
        return s_defaults.ContainsKey(key) ? key : throw new ArgumentException($"'{keyword}' is no connection-string word of this driver.", nameof(keyword));
    }

    private static object Parse(string key, string text)
    {
        var example = s_defaults[key];
        try
        {
            return example switch
            {
                string => text,
                bool => text.ToLowerInvariant() is "yes" or "1" or "on" || (text.ToLowerInvariant() is not ("no" or "0" or "off") && bool.Parse(text)),
                int => Bounded(key, int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)),
                _ => Enum.Parse(example.GetType(), text, ignoreCase: true),
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new ArgumentException($"'{text}' is no value for the connection-string word '{key}'.", e);
        }
    }

    private static int Bounded(string key, int value) => key switch
    {
        "port" when value > 65535 => throw new OverflowException(),
        "maximumpoolsize" when value == 0 => throw new OverflowException(),
        "maxallowedpacket" when value is < 1024 or > 1 << 30 => throw new OverflowException(),
        "connectiontimeout" or "defaultcommandtimeout" when value > int.MaxValue / 1000 => int.MaxValue / 1000,
        _ => value,
    };

    private T Get<T>(string key) => (T)(base.TryGetValue(key, out var text) ? Parse(key, (string)text) : s_defaults[key]);
}
