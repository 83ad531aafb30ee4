using Absensi.Testing;
using MySqlConnector;

namespace Absensi.Bench;

/// <summary>The database a bench reads from: SQLite in a folder, or a MariaDB of its own whose buffers hold a fraction of the longest history.</summary>
public sealed class Server(string folder, MariaDbServer? maria) : IAsyncDisposable
{
    public string Name => maria is null ? "SQLite" : "MariaDB";

    public static async Task<Server> StartAsync(string name, string folder) => name switch
    {
        "sqlite" => new Server(folder, null),
        "mariadb" => new Server(folder, await MariaDbServer.CreateAsync(
            "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=512M", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0")),
        _ => throw new ArgumentException($"'{name}' is neither sqlite nor mariadb", nameof(name)),
    };

    /// <summary>The environment of a node on a database that is new.</summary>
    public async Task<(string Name, string Value)[]> NewDatabaseAsync(string name)
    {
        if (maria is null) return [("ABSENSI_DATA", Path.Combine(folder, name))];
        var words = new MySqlConnectionStringBuilder(await maria.CreateDatabaseAsync());
        return
        [
            ("ABSENSI_DATA", folder), ("DB_HOST", words.Server), ("DB_PORT", $"{words.Port}"), ("DB_USERNAME", words.UserID), ("DB_PASSWORD", words.Password), ("DB_DATABASE", words.Database),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (maria is not null) await maria.DisposeAsync();
    }

    public static Settings Settings(IEnumerable<(string Name, string Value)> environment) =>
        Absensi.Settings.Parse(new SettingsSource(environment.ToDictionary(v => v.Name, v => v.Value).GetValueOrDefault));
}
