using System.Net;
using System.Net.Sockets;

namespace Absensi.ClusterTests;

/// <summary>Every way of not starting is one line that says what to do.</summary>
public sealed class ErrorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("absensi-cluster-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task APortThatAStrangerHasIsTold()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var port = ((IPEndPoint)stranger.LocalEndpoint).Port;

        var (exitCode, output) = await Program.RunAsync(["up", "--port", $"{port}", "--data", _folder]);

        Assert.Equal((1, $"absensi: port {port} is taken: stop what uses it, or choose another with --port"), (exitCode, output));
    }

    [Theory]
    [InlineData("node")]
    [InlineData("realtime")]
    public async Task APortThatAStrangerHasIsToldInOneLineByASingleServerToo(string command)
    {
        using var stranger = new TcpListener(IPAddress.Any, 0);
        stranger.Start();
        var port = ((IPEndPoint)stranger.LocalEndpoint).Port;
        await Program.RunAsync(["migrate", "--data", _folder]);

        var told = await Program.RunAsync([command], new Dictionary<string, string> { ["APP_PORT"] = $"{port}", ["ABSENSI_DATA"] = _folder });

        Assert.Equal((1, $"absensi: port {port} is taken: stop what uses it, or choose another with --port or APP_PORT"), told);
    }

    [Fact]
    public async Task AReadOnlyFolderIsTold() =>
        await FailsAsync("can't be used: Read-only file system", $"mount -t tmpfs none {_folder} && mount -o remount,ro {_folder}");

    [Fact]
    public async Task AFullDiskIsTold() =>
        await FailsAsync("no space left for", $"mount -t tmpfs -o size=40k none {_folder}");

    [Fact]
    public async Task ADamagedDatabaseIsToldAndLeftAsItIs()
    {
        var (file, content) = (Path.Combine(_folder, "absensi.db"), Enumerable.Range(0, 9000).Select(i => (byte)(i * 7)).ToArray());
        await File.WriteAllBytesAsync(file, content);

        var (exitCode, output) = await Program.RunAsync(["up", "--port", $"{Cluster.FreePort()}", "--data", _folder]);

        Assert.Equal((1, $"absensi: {file} is damaged or no SQLite database: restore it from a backup, or move it away to begin anew"), (exitCode, output));
        Assert.Equal(content, await File.ReadAllBytesAsync(file));
    }

    [Theory]
    [InlineData("node")]
    [InlineData("status")]
    [InlineData("verify")]
    public async Task AMissingDatabaseIsToldAndNotMade(string command)
    {
        var (exitCode, output) = await Program.RunAsync([command], new Dictionary<string, string> { ["ABSENSI_DATA"] = _folder });

        Assert.Equal((1, $"absensi: there is no database in {_folder}: run ./absensi up or ./absensi migrate, or name another folder with --data"), (exitCode, output));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder, "*.db"));
    }

    [Theory]
    [InlineData("WORK_START", "25:00", "must be a time of day such as 08:30")]
    [InlineData("APP_TIMEZONE", "Asia/Bikini", "must be a time zone of this system such as Asia/Jakarta, Asia/Makassar or Asia/Jayapura")]
    [InlineData("APP_PORT", "http", "must be a whole number from 0 to 65535")]
    [InlineData("APP_ADMIN_EMAIL", "admin", "must be an e-mail address such as admin@absensi.local")]
    public async Task AWrongVariableIsNamed(string name, string value, string expected)
    {
        var (exitCode, output) = await Program.RunAsync(["up", "--data", _folder], new Dictionary<string, string> { [name] = value });

        Assert.Equal((1, $"absensi: {name}={value}: {expected}"), (exitCode, output));
    }

    [Theory]
    [InlineData("upp", "./absensi --help")]
    [InlineData("up --nodes 0", "./absensi up --help")]
    [InlineData("up --port eighty", "./absensi up --help")]
    [InlineData("up --live", "./absensi up --help")]
    [InlineData("user add --name A", "./absensi user add --help")]
    [InlineData("verify --receipt 12", "./absensi verify --help")]
    [InlineData("demo --days -1", "./absensi demo --help")]
    public async Task WrongWordsGetOneLineThatSaysWhatToType(string words, string help)
    {
        var (exitCode, output) = await Program.RunAsync(words.Split(' '));

        Assert.Equal(2, exitCode);
        Assert.EndsWith($" Type: {help}", Assert.Single(output.Split('\n')));
    }

    [Theory]
    [InlineData("", "Begin with: ./absensi up")]
    [InlineData("--help", "verify")]
    [InlineData("up --help", "--nodes")]
    [InlineData("verify --help", "--receipt")]
    public async Task HelpIsGiven(string words, string said)
    {
        var (exitCode, output) = await Program.RunAsync(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(0, exitCode);
        Assert.Contains(said, output);
    }

    /// <summary>Runs <c>up</c> with a file system of its own in the folder's place.</summary>
    private async Task FailsAsync(string told, string mount)
    {
        var (exitCode, output) = await Program.RunAsync(["up", "--port", $"{Cluster.FreePort()}", "--data", _folder], null, "unshare", "--map-root-user", "--mount", "sh", "-c", $"{mount} && exec \"$@\"", "sh");

        Assert.Equal(1, exitCode);
        Assert.Contains(told, Assert.Single(output.Split('\n')));
    }
}
