using System.Diagnostics;
using System.Globalization;
using Absensi.Testing;
using MySqlConnector;

namespace Absensi.ClusterTests;

/// <summary><c>verify --backup</c>: a good backup is proved, a bad one is found out, and neither it nor what is in use is touched.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("absensi-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ACopyOfSqliteIsProvedAndOneThatWasChangedOrCutIsFoundOut()
    {
        await DemoAsync(Data(_folder));
        var (good, changed, cut) = (In("good.db"), In("changed.db"), In("cut.db"));
        await RunAsync("sqlite3", [In("absensi.db"), $".backup {good}"]);
        File.Copy(good, changed);
        await RunAsync("sqlite3", [changed, "UPDATE attendances SET jam_masuk = '2026-01-01 00:00:00' WHERE id = 3"]);
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(good))[..100_000]);
        var before = await File.ReadAllBytesAsync(good);

        var proved = await VerifyAsync(good, Data(_folder));
        var found = await VerifyAsync(changed, Data(_folder));
        var damaged = await VerifyAsync(cut, Data(_folder));

        Assert.Equal(0, proved.ExitCode);
        Assert.Matches("^Restored .*good.db: 5 people. Newest entry: [0-9]+-[0-9A-F]{6}, .*\nIn order: ", proved.Output);
        Assert.Equal(1, found.ExitCode);
        Assert.Contains("Difference: attendance 3 ", found.Output);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("is damaged", Assert.Single(damaged.Output.Split('\n')));
        Assert.Equal(before, await File.ReadAllBytesAsync(good));
    }

    [Fact]
    public async Task ADumpIsProvedInADatabaseOfItsOwnAndOneThatWasCutIsFoundOut()
    {
        await using var server = await MariaDbServer.CreateAsync();
        var environment = new Dictionary<string, string>(Data(_folder))
        {
            ["DB_HOST"] = "127.0.0.1", ["DB_PORT"] = server.Port.ToString(CultureInfo.InvariantCulture), ["DB_USERNAME"] = MariaDbServer.User, ["DB_PASSWORD"] = MariaDbServer.Password,
        };
        await DemoAsync(environment);
        string[] words = ["--no-defaults", "--protocol=TCP", "--host=127.0.0.1", $"--port={server.Port}", $"--user={MariaDbServer.User}", $"--password={MariaDbServer.Password}", "--single-transaction", "--hex-blob"];
        var (good, cut, whole) = (In("good.sql"), In("cut.sql"), In("whole.sql"));
        await RunAsync("mariadb-dump", [.. words, $"--result-file={good}", "absensi"]);
        await RunAsync("mariadb-dump", [.. words, $"--result-file={whole}", "--databases", "absensi"]);
        var text = await File.ReadAllTextAsync(good);
        await File.WriteAllTextAsync(cut, text[..text.IndexOf("CREATE TABLE `users`", StringComparison.Ordinal)]);
        await RunAsync("gzip", [good]);

        var proved = await VerifyAsync(good + ".gz", environment);
        var found = await VerifyAsync(cut, environment);
        var refused = await VerifyAsync(whole, environment);
        var nowhere = await VerifyAsync(cut, Data(_folder));

        Assert.Equal(0, proved.ExitCode);
        Assert.Matches("^Restored .*good.sql.gz: 5 people. .*\nIn order: ", proved.Output);
        Assert.Equal((1, 1, 1), (found.ExitCode, refused.ExitCode, nowhere.ExitCode));
        Assert.Contains("was cut short", found.Output);
        Assert.Contains("without --databases", refused.Output);
        Assert.Contains("DB_HOST", nowhere.Output);
        await using var connection = new MySqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var left = new MySqlCommand("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 'absensi%'", connection);
        Assert.Equal(1L, Convert.ToInt64(await left.ExecuteScalarAsync(), CultureInfo.InvariantCulture));
    }

    private string In(string name) => Path.Combine(_folder, name);

    private static Dictionary<string, string> Data(string folder) => new() { ["ABSENSI_DATA"] = folder };

    private static async Task DemoAsync(IReadOnlyDictionary<string, string> environment) =>
        Assert.Equal(0, (await Program.RunAsync(["demo", "--employees", "5", "--days", "30"], environment)).ExitCode);

    private static Task<(int ExitCode, string Output)> VerifyAsync(string file, IReadOnlyDictionary<string, string> environment) => Program.RunAsync(["verify", "--backup", file], environment);

    private static async Task RunAsync(string program, string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }
}
