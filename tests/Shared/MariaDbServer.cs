using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MySqlConnector;

namespace Absensi.Testing;

/// <summary>
/// A real MariaDB of one's own: a child process on a free port with its data in a temporary folder. User "absensi", password "rahasia", may do
/// everything. Only this process is ever signalled, and it and its folder are gone after <see cref="DisposeAsync"/>, or with the test process.
/// </summary>
public sealed partial class MariaDbServer : IAsyncDisposable
{
    public const string User = "absensi";
    public const string Password = "rahasia";

    private readonly string _folder = Directory.CreateTempSubdirectory("mariadb-").FullName;
    private readonly string[] _options;
    private Process? _process;
    private int _databases;

    private MariaDbServer(string[] options)
    {
        _options = options;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>The same over every start.</summary>
    public int Port { get; private set; }

    public string Socket => Path.Combine(_folder, "s");

    /// <summary>What a commit is written to first.</summary>
    public string RedoLog => Path.Combine(_folder, "data", "ib_logfile0");

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server is not running.");

    public string ConnectionString => $"Server=127.0.0.1;Port={Port};User ID={User};Password={Password};SslMode=None";

    /// <param name="options">Further command-line options, "--name=value".</param>
    public static async Task<MariaDbServer> CreateAsync(params string[] options)
    {
        var server = new MariaDbServer(options);
        try
        {
            await server.InstallAsync();
            server.Port = FreePort();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server on the data it has, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        if (_process is not null) throw new InvalidOperationException("The server is running.");
        string[] arguments =
        [
            "--no-defaults", "--user=root", "--bind-address=127.0.0.1", $"--port={Port}", $"--socket={Socket}", $"--datadir={_folder}/data",
            $"--pid-file={_folder}/pid", $"--log-error={_folder}/log", $"--init-file={_folder}/init.sql", "--skip-name-resolve", "--max-connections=500",
            "--innodb-buffer-pool-size=64M", "--performance-schema=OFF", "--table-open-cache=400", .. _options,
        ];
        _process = Process.Start(Command("mariadbd", arguments))!;
        var patience = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || patience.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException("MariaDB did not start:\n" + await File.ReadAllTextAsync($"{_folder}/log"));
            await Task.Delay(20);
        }
    }

    /// <summary>Asks the server to stop, and returns when it has.</summary>
    public Task StopAsync() => EndAsync(SignalTerm);

    /// <summary>Ends the server on the spot, as a power cut would.</summary>
    public Task KillAsync() => EndAsync(SignalKill);

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>The server stops moving; its sockets stay open. Returns when every thread of it stands.</summary>
    public void Freeze()
    {
        Signal(SignalStop);
        var patience = Stopwatch.StartNew();
        while (!Directory.EnumerateDirectories($"/proc/{ProcessId}/task").All(IsStopped))
            if (patience.Elapsed > TimeSpan.FromSeconds(5)) throw new TimeoutException("MariaDB does not stop moving.");
    }

    public void Thaw() => Signal(SignalContinue);

    /// <summary>Makes an empty database and returns a connection string to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await using var connection = new MySqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new MySqlCommand($"CREATE DATABASE {name} CHARACTER SET utf8mb4", connection);
        await command.ExecuteNonQueryAsync();
        return $"{ConnectionString};Database={name}";
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        if (_process is not null) await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private const int SignalKill = 9, SignalTerm = 15, SignalContinue = 18, SignalStop = 19;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    private async Task InstallAsync()
    {
        await File.WriteAllTextAsync($"{_folder}/init.sql", $"""
            CREATE USER IF NOT EXISTS '{User}'@'%' IDENTIFIED BY '{Password}';
            GRANT ALL ON *.* TO '{User}'@'%' WITH GRANT OPTION;
            DROP USER IF EXISTS ''@'localhost';
            """);
        string[] arguments = ["--no-defaults", $"--datadir={_folder}/data", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"];
        var command = Command("mariadb-install-db", arguments);
        (command.RedirectStandardOutput, command.RedirectStandardError) = (true, true);
        using var install = Process.Start(command)!;
        var output = await Task.WhenAll(install.StandardOutput.ReadToEndAsync(), install.StandardError.ReadToEndAsync());
        await install.WaitForExitAsync();
        if (install.ExitCode != 0) throw new InvalidOperationException("mariadb-install-db failed:\n" + string.Concat(output));
    }

    /// <summary>With a folder of its own for temporary tables: a starting MariaDB deletes those it finds, its neighbours' too.</summary>
    private ProcessStartInfo Command(string name, string[] arguments) => new(name, arguments) { Environment = { ["TMPDIR"] = _folder } };

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new MySqlConnection(ConnectionString + ";Pooling=false;ConnectionTimeout=2");
            await connection.OpenAsync();
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    private async Task EndAsync(int signal)
    {
        var process = _process ?? throw new InvalidOperationException("The server is not running.");
        Signal(SignalContinue);
        Signal(signal);
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    private void Signal(int signal)
    {
        if (_process is { HasExited: false } && SendSignal(ProcessId, signal) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>The state follows the command's name, which stands in parentheses (proc(5)).</summary>
    private static bool IsStopped(string task)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            return true; // It has ended meanwhile.
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => Signal(SignalKill);
}
