namespace MySqlConnector.Protocol;

/// <summary>The server's first packet (protocol: Handshake V10) and the client's answer.</summary>
internal sealed class Greeting
{
    /// <summary>utf8mb4_general_ci, which every server knows, and utf8mb4_0900_ai_ci, which MySQL 8 and later prefer.</summary>
    private const byte GeneralCollation = 45, Mysql8Collation = 255;

    private readonly byte[] _nonce;

    public Greeting(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        if (reader.UInt8() is var version and not 10)
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, $"The server speaks protocol version {version}; this driver speaks 10.");
        var name = PayloadReader.Text(reader.NullTerminated());
        IsMariaDb = name.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        // MariaDB 10 puts a version before its own, for replicas that cannot read two digits.
        ServerVersion = IsMariaDb && name.StartsWith("5.5.5-", StringComparison.Ordinal) ? name[6..] : name;
        ConnectionId = reader.UInt32();
        var nonce = reader.Bytes(8);
        reader.UInt8();
        var low = reader.UInt16();
        reader.UInt8();
        Status = (ServerStatus)reader.UInt16();
        Capabilities = (Capabilities)(low | (uint)reader.UInt16() << 16);
        const Capabilities needed = Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuth;
        if ((Capabilities & needed) != needed) throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, "The server is too old: it lacks authentication methods.");
        var nonceLength = reader.UInt8();
        reader.Bytes(10);
        _nonce = [.. nonce, .. reader.Bytes(Math.Max(13, nonceLength - 8))[..12]];
        Method = PayloadReader.Text(reader.NullTerminated());
    }

    public bool IsMariaDb { get; }
    public string ServerVersion { get; }
    public uint ConnectionId { get; }
    public ServerStatus Status { get; }
    public Capabilities Capabilities { get; }
    public string Method { get; }
    public ReadOnlySpan<byte> Nonce => _nonce;

    /// <summary>What both sides can do; the client never offers LOAD DATA LOCAL, so no server can ask for a file.</summary>
    public Capabilities Agree(Settings settings)
    {
        var wanted = Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.Protocol41 | Capabilities.Transactions | Capabilities.SecureConnection
            | Capabilities.MultiStatements | Capabilities.MultiResults | Capabilities.PreparedMultiResults | Capabilities.PluginAuth
            | Capabilities.ConnectAttributes | Capabilities.DeprecateEof;
        if (!settings.UseAffectedRows) wanted |= Capabilities.FoundRows;
        if (settings.Database.Length > 0) wanted |= Capabilities.ConnectWithDatabase;
        if (settings.SslMode >= MySqlSslMode.Required || (settings.SslMode == MySqlSslMode.Preferred && !settings.IsUnixSocket)) wanted |= Capabilities.Ssl;
        return wanted & Capabilities;
    }

    /// <summary>The part of the answer that goes before TLS.</summary>
    public void WriteSslRequest(PacketWriter writer, Capabilities agreed, Settings settings)
    {
        writer.UInt32((uint)agreed);
        writer.UInt32((uint)settings.MaxAllowedPacket);
        writer.UInt8(!IsMariaDb && int.TryParse(ServerVersion.Split('.')[0], out var major) && major >= 8 ? Mysql8Collation : GeneralCollation);
        writer.Zeros(23);
    }

    public void WriteResponse(PacketWriter writer, Capabilities agreed, Settings settings, string method, ReadOnlySpan<byte> answer)
    {
        WriteSslRequest(writer, agreed, settings);
        writer.NullTerminated(settings.UserId);
        writer.UInt8((byte)answer.Length);
        writer.Bytes(answer);
        if (agreed.HasFlag(Capabilities.ConnectWithDatabase)) writer.NullTerminated(settings.Database);
        writer.NullTerminated(method);
        if (!agreed.HasFlag(Capabilities.ConnectAttributes)) return;

        var attributes = new PacketWriter();
        attributes.LengthPrefixed("_client_name");
        attributes.LengthPrefixed("Absensi.MySql");
        if (settings.ApplicationName.Length > 0)
        {
            attributes.LengthPrefixed("program_name");
            attributes.LengthPrefixed(settings.ApplicationName);
        }
        writer.LengthPrefixed(attributes.Written.Span);
        attributes.Dispose();
    }
}
