using System.Diagnostics;
using System.Globalization;

namespace Absensi.Cluster.Servers;

/// <summary>MariaDB or MySQL, whichever the machine has, with its data in the data folder and every commit on disk.</summary>
internal sealed class DatabaseChild(ServerPrograms programs, string dataFolder, DatabaseServer server)
{
    private readonly ServerFolder _folder = new(dataFolder, "database", programs.Database!);

    private string Data => _folder.Of("data");

    /// <summary>Makes the server's own tables where there are none yet. One that was cut short is begun anew.</summary>
    /// <exception cref="SupervisorException">It failed; says with what words.</exception>
    public async Task InstallAsync(CancellationToken cancel)
    {
        PrivateFile.Write(_folder.Of("init.sql"), InitSql());
        if (Directory.Exists(Data)) return;
        var made = Data + ".new";
        if (Directory.Exists(made)) Directory.Delete(made, recursive: true);
        var command = programs.DatabaseInstaller is { } installer
            ? _folder.Run(installer, ["--no-defaults", $"--datadir={made}", "--auth-root-authentication-method=socket", "--skip-test-db", .. AsRoot])
            : _folder.Run(programs.Database!, ["--no-defaults", "--initialize-insecure", $"--datadir={made}", .. AsRoot]);
        command.RedirectStandardInput = command.RedirectStandardOutput = command.RedirectStandardError = true;
        using var install = Process.Start(command)!;
        install.StandardInput.Close();
        var said = await Task.WhenAll(install.StandardOutput.ReadToEndAsync(cancel), install.StandardError.ReadToEndAsync(cancel));
        await install.WaitForExitAsync(cancel);
        if (install.ExitCode != 0) throw new SupervisorException($"the database can't be made in {made} (exit code {install.ExitCode}): {string.Concat(said).Trim()}");
        Directory.Move(made, Data);
    }

    // The socket's path is relative to the data: a long one would be cut off.
    public Child Create() => new(
        "database",
        () => _folder.Command([
            "--no-defaults", $"--datadir={Data}", $"--tmpdir={_folder.Temporary}", "--socket=socket", $"--pid-file={_folder.Of("pid")}", $"--init-file={_folder.Of("init.sql")}",
            "--bind-address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"--port={server.Port}"), "--skip-name-resolve", "--max-connections=600",
            "--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1", .. AsRoot]),
        line => line.Contains("ready for connections", StringComparison.Ordinal))
    {
        IsNews = line => line.Contains("[ERROR]", StringComparison.Ordinal),
    };

    private static string[] AsRoot => Environment.IsPrivilegedProcess ? ["--user=root"] : [];

    // Run at every start, so it also mends a user that was changed. Temporary databases are what backups are proved in.
    private string InitSql() =>
        $"""
         CREATE DATABASE IF NOT EXISTS `{server.Database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
         CREATE USER IF NOT EXISTS '{server.Username}'@'%' IDENTIFIED BY '{server.Password}';
         ALTER USER '{server.Username}'@'%' IDENTIFIED BY '{server.Password}';
         {(programs.DatabaseInstaller is null ? $"ALTER USER 'root'@'localhost' IDENTIFIED BY '{server.Password}';" : "")}
         GRANT ALL ON `{server.Database}`.* TO '{server.Username}'@'%';
         GRANT ALL ON `{server.Database}\_%`.* TO '{server.Username}'@'%';
         """;
}
