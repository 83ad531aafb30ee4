namespace Absensi.Cluster.Servers;

/// <summary>Redis, with a password and nothing on disk: it rings and caches.</summary>
internal sealed class RedisChild(ServerPrograms programs, string dataFolder, RedisServer server)
{
    private readonly ServerFolder _folder = new(dataFolder, "redis", programs.Redis!);

    public Child Create()
    {
        // A file, because every account of the machine may read a process's words.
        PrivateFile.Write(_folder.Of("redis.conf"), $"bind 127.0.0.1\nport {server.Port}\nrequirepass {server.Password}\nsave \"\"\nappendonly no\n");
        return new Child("redis", () => _folder.Command("redis.conf"), line => line.Contains("Ready to accept connections", StringComparison.Ordinal))
        {
            // '#' is Redis's mark for a warning, and for a greeting.
            IsNews = line => line.Contains(" # ", StringComparison.Ordinal) && !Greetings.Any(g => line.Contains(g, StringComparison.Ordinal)),
        };
    }

    private static readonly string[] Greetings = ["oO0OoO0", "Redis version=", "Configuration loaded", "Server initialized", "overcommit", "User requested shutdown", "ready to exit"];
}
