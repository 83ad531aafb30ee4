namespace Absensi.Cluster.Servers;

/// <summary>The programs of this machine that <c>absensi up --real</c> runs, by their full paths.</summary>
internal sealed record ServerPrograms(string? Database, string? DatabaseInstaller, string? Redis, string Nginx)
{
    // Not on every account's PATH, but where distributions put servers.
    private static readonly string[] AlsoIn = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

    /// <param name="database">Whether a database server is to be started.</param>
    /// <param name="redis">Whether a Redis is to be started.</param>
    /// <exception cref="SupervisorException">Some are missing; says what to install.</exception>
    public static ServerPrograms Find(bool database, bool redis)
    {
        if (!OperatingSystem.IsLinux()) throw new SupervisorException("up --real runs on Linux; elsewhere type: docker compose -f deploy/compose.yaml up -d --build --wait");
        var missing = new List<string>();
        string? Need(bool needed, string package, params string[] names)
        {
            if (!needed) return null;
            var found = names.Select(Find).FirstOrDefault(path => path is not null);
            if (found is null) missing.Add(package);
            return found;
        }

        var server = Need(database, "mariadb-server", "mariadbd", "mysqld");
        var installer = server is null ? null : Find("mariadb-install-db") ?? Find("mysql_install_db");
        var programs = new ServerPrograms(server, installer, Need(redis, "redis-server", "redis-server"), Need(true, "nginx-light", "nginx")!);
        Need(true, "util-linux", "setpriv");
        return missing.Count == 0 ? programs
            : throw new SupervisorException($"up --real needs servers that are not installed here. Type: sudo apt-get install {string.Join(' ', missing)}");
    }

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(AlsoIn)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
