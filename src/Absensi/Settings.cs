using System.Globalization;
using System.Net;
using Absensi.Core.Attendance;

namespace Absensi;

/// <summary>A setting is missing or makes no sense; the message is the one line the operator reads.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>A server to talk to, as host and port.</summary>
public sealed record Endpoint(string Host, int Port);

/// <summary>The shared database server; null in <see cref="Settings"/> means SQLite in the data folder.</summary>
public sealed record DatabaseServer(string Host, int Port, string Database, string Username, string Password, string SslMode);

public sealed record RedisServer(string Host, int Port, string? Password);

/// <summary>
/// What the environment says, read and checked once at the start. <c>docs/configuration.md</c> lists every name.
/// A name may also stand in a <c>.env</c> file in the working folder; the environment itself wins.
/// </summary>
public sealed record Settings
{
    public required string NodeId { get; init; }
    public required string NodeName { get; init; }
    public required int Port { get; init; }
    public required Uri? Url { get; init; }
    public required WorkRules Rules { get; init; }

    /// <summary>The program is being worked on: it also shows what its pages are made of, at <c>/dev/design</c>.</summary>
    public required bool Development { get; init; }

    /// <summary>How long a session may be left unused, and how long it lasts at most however much it is used.</summary>
    public required TimeSpan SessionLifetime { get; init; }
    public required TimeSpan SessionAbsolute { get; init; }

    /// <summary>How many times bcrypt doubles its work for a new hash.</summary>
    public required int BcryptCost { get; init; }

    /// <summary>Whose word about a caller's address and scheme is taken; nobody's unless set.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Other sites whose scripts may call the API with a token; none unless set.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary>The one address to listen on; null for all.</summary>
    public required IPAddress? Bind { get; init; }
    public required string DataFolder { get; init; }
    public required DatabaseServer? Database { get; init; }
    public required RedisServer? Redis { get; init; }

    /// <summary>Whom <c>absensi up</c> makes the first admin.</summary>
    public required string AdminEmail { get; init; }

    /// <summary>Where the balancer sends <c>/ws</c>; null when the nodes serve it themselves.</summary>
    public required Uri? RealtimeUrl { get; init; }

    /// <summary>Several processes listen on the port together; what <c>absensi up</c> sets for its nodes.</summary>
    public required bool SharePort { get; init; }

    /// <summary>The socket where the supervisor lets an audience kill and revive processes; what <c>absensi up --stage</c> sets for its nodes.</summary>
    public required string? StageDoor { get; init; }

    /// <summary>In a data folder: what <c>absensi up --real</c> notes there of the servers it runs.</summary>
    public const string ServersFile = "cluster.env";

    /// <summary>From the environment and <c>.env</c>; a database or Redis that they don't name is the data folder's own, where it has one.</summary>
    /// <exception cref="SettingsException">Names the first variable that is wrong, and what it may be.</exception>
    public static Settings Read(string? dataFolder = null, string nodeId = "app-node-1", string nodeName = "Jakarta")
    {
        var source = SettingsSource.EnvironmentAndFile();
        var given = Parse(source, dataFolder, nodeId, nodeName);
        var servers = Path.Combine(given.DataFolder, ServersFile);
        return File.Exists(servers) ? Parse(source.WithServersOf(servers), dataFolder, nodeId, nodeName) : given;
    }

    /// <summary>From the environment and <c>.env</c> alone.</summary>
    public static Settings ReadGiven(string? dataFolder) => Parse(SettingsSource.EnvironmentAndFile(), dataFolder);

    public static Settings Parse(SettingsSource source, string? dataFolder = null, string nodeId = "app-node-1", string nodeName = "Jakarta") => new()
    {
        NodeId = source.Name("NODE_ID", nodeId, 50),
        NodeName = source.Name("NODE_NAME", nodeName, 50),
        Port = source.Integer("APP_PORT", 8080, 0, 65535),
        Url = source.WebAddress("APP_URL"),
        Rules = source.WorkRules(),
        Development = source.OneOf("APP_ENV", "production", "production", "development") == "development",
        SessionLifetime = TimeSpan.FromMinutes(source.Integer("SESSION_LIFETIME", 120, 1, 525_600)),
        SessionAbsolute = TimeSpan.FromMinutes(source.Integer("SESSION_ABSOLUTE", 720, 1, 525_600)),
        BcryptCost = source.Integer("BCRYPT_COST", 10, 4, 15),
        TrustedProxies = source.Networks("TRUSTED_PROXIES"),
        CorsOrigins = source.Origins("CORS_ORIGINS"),
        Bind = source.Address("APP_BIND"),
        DataFolder = Path.GetFullPath(dataFolder ?? source.Text("ABSENSI_DATA", "./data")),
        Database = source.Get("DB_HOST") is { } host
            ? new DatabaseServer(
                host,
                source.Integer("DB_PORT", 3306, 1, 65535),
                source.Text("DB_DATABASE", "absensi"),
                source.Text("DB_USERNAME", "absensi"),
                source.Get("DB_PASSWORD") ?? "",
                source.OneOf("DB_SSL_MODE", "Preferred", "None", "Preferred", "Required", "VerifyCA", "VerifyFull"))
            : null,
        Redis = source.Get("REDIS_HOST") is { } redis
            ? new RedisServer(redis, source.Integer("REDIS_PORT", 6379, 1, 65535), source.Get("REDIS_PASSWORD"))
            : null,
        AdminEmail = source.Email("APP_ADMIN_EMAIL", "admin@absensi.local"),
        RealtimeUrl = source.WebAddress("REALTIME_URL"),
        StageDoor = source.Get("ABSENSI_STAGE"),
        SharePort = source.OneOf("ABSENSI_SHARE_PORT", "0", "0", "1") == "1",
    };
}

/// <summary>Named texts, and how each kind of value is read from one.</summary>
public sealed class SettingsSource(Func<string, string?> lookup)
{
    public static SettingsSource EnvironmentAndFile()
    {
        var file = File.Exists(".env") ? ReadFile(".env") : [];
        return new SettingsSource(name => Environment.GetEnvironmentVariable(name) ?? file.GetValueOrDefault(name));
    }

    /// <summary>With the file's word on each server that is not named here.</summary>
    public SettingsSource WithServersOf(string file)
    {
        var values = ReadFile(file);
        var unnamed = new[] { "DB_", "REDIS_" }.Where(server => Get(server + "HOST") is null).ToList();
        return new SettingsSource(name => unnamed.Exists(server => name.StartsWith(server, StringComparison.Ordinal)) ? values.GetValueOrDefault(name) : lookup(name));
    }

    /// <summary>The value, or null when it is unset or empty.</summary>
    public string? Get(string name) => lookup(name) is { Length: > 0 } value ? value : null;

    public string Text(string name, string otherwise) => Get(name) ?? otherwise;

    public string Name(string name, string otherwise, int longest) =>
        Text(name, otherwise) is var value && value.Length <= longest && value.All(c => c is > ' ' and < (char)127 || (c == ' ' && name == "NODE_NAME"))
            ? value : throw Wrong(name, value, $"1 to {longest} printable ASCII characters");

    public int Integer(string name, int otherwise, int least, int most) =>
        Get(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
        : throw Wrong(name, text, $"a whole number from {least} to {most}");

    public TimeOnly Time(string name, TimeOnly otherwise) =>
        Get(name) is not { } text ? otherwise
        : TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var value) ? value
        : throw Wrong(name, text, "a time of day such as 08:30");

    public WorkRules WorkRules()
    {
        var start = Time("WORK_START", new TimeOnly(8, 30));
        var usualEnd = new TimeOnly(17, 0);
        var rules = new WorkRules(start, Zone("APP_TIMEZONE", "Asia/Jakarta"))
        {
            // Work that begins in the evening ends, as far as absences go, with the day.
            WorkEnd = Time("WORK_END", start < usualEnd ? usualEnd : new TimeOnly(23, 59, 59)),
            Workdays = Weekdays("WORKDAYS", "1-5"),
        };
        return rules.WorkEnd > rules.WorkStart || Get("WORK_END") is null ? rules
            : throw Wrong("WORK_END", Text("WORK_END", "17:00"), $"later than WORK_START, {rules.WorkStart:HH:mm}");
    }

    /// <summary>Days of the week, 1 = Monday … 7 = Sunday: single ones and ranges between commas.</summary>
    public IReadOnlySet<DayOfWeek> Weekdays(string name, string otherwise)
    {
        var days = new HashSet<DayOfWeek>();
        foreach (var part in Text(name, otherwise).Split(',', StringSplitOptions.TrimEntries))
        {
            if (part is not ([>= '1' and <= '7'] or [>= '1' and <= '7', '-', >= '1' and <= '7']) || part[^1] < part[0])
                throw Wrong(name, Text(name, otherwise), "days from 1 (Monday) to 7 (Sunday) such as 1-5 or 1,2,3,6");
            for (var day = part[0]; day <= part[^1]; day++) days.Add((DayOfWeek)((day - '0') % 7));
        }

        return days;
    }

    public TimeZoneInfo Zone(string name, string otherwise) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(Text(name, otherwise), out var zone) ? zone
        : throw Wrong(name, Text(name, otherwise), "a time zone of this system such as Asia/Jakarta, Asia/Makassar or Asia/Jayapura");

    public string OneOf(string name, string otherwise, params string[] allowed) =>
        Text(name, otherwise) is var text && allowed.FirstOrDefault(a => a.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } value ? value
        : throw Wrong(name, text, $"one of {string.Join(", ", allowed)}");

    public string Email(string name, string otherwise) =>
        Text(name, otherwise) is { Length: <= 255 } text && System.Net.Mail.MailAddress.TryCreate(text, out _) ? text
        : throw Wrong(name, Text(name, otherwise), "an e-mail address such as admin@absensi.local");

    public Uri? WebAddress(string name) =>
        Get(name) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw Wrong(name, text, "an address such as https://absensi.example.id");

    public IPAddress? Address(string name) =>
        Get(name) is not { } text ? null : IPAddress.TryParse(text, out var address) ? address : throw Wrong(name, text, "an IP address such as 127.0.0.1");

    /// <summary>Addresses and networks, apart by commas: <c>127.0.0.1, 10.0.0.0/8, ::1</c>.</summary>
    public IReadOnlyList<IPNetwork> Networks(string name) =>
        List(name, "IP addresses or networks such as 127.0.0.1, 10.0.0.0/8", text => Network(text) is not null).Select(text => Network(text)!.Value).ToList();

    private static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    /// <summary>Origins as a browser names them, apart by commas: <c>https://hr.example.id</c>.</summary>
    public IReadOnlyList<string> Origins(string name) => List(name, "origins such as https://hr.example.id, without a path", IsOrigin);

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        && string.Equals(url.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase);

    private string[] List(string name, string expected, Func<string, bool> fits)
    {
        var items = Text(name, "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(items, item => !fits(item)) is { } wrong ? throw Wrong(name, wrong, expected) : items;
    }

    private static SettingsException Wrong(string name, string value, string expected) =>
        new($"{name}={(name.Contains("PASSWORD", StringComparison.Ordinal) ? "…" : value)}: must be {expected}");

    /// <summary>The <c>NAME=value</c> lines of a file.</summary>
    public static Dictionary<string, string> ReadFile(string path)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines(path).Select(l => l.Trim()))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new SettingsException($"{Path.GetFileName(path)}: \"{line}\": must be NAME=value");
            var value = line[(equals + 1)..].Trim();
            if (value.Length >= 2 && value[0] == value[^1] && value[0] is '"' or '\'') value = value[1..^1];
            values[line[..equals].Trim()] = value;
        }

        return values;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (UnauthorizedAccessException)
        {
            throw new SettingsException($"{Path.GetFullPath(path)}: this account may not read it: run the command as its owner");
        }
    }
}
