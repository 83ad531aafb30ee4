using System.Reflection;

namespace Absensi.Cluster.Servers;

/// <summary>
/// nginx on the one port that people use, with <c>deploy/nginx.conf</c> as the containers have it. Started by root, its workers have the account
/// that nginx was built for. Every path is relative to the folder that it works in: those workers may not come through the folders above.
/// </summary>
internal sealed class NginxChild(ServerPrograms programs, string dataFolder)
{
    // Workers whose master was killed go on: they finish what they have while the new ones take what comes.
    private readonly ServerFolder _folder = new(dataFolder, "nginx", programs.Nginx, othersPass: true) { Farewell = Signals.Quit };

    /// <param name="port">What to listen on, on every address.</param>
    public Child Create(int port, IEnumerable<int> nodes, IEnumerable<int> realtime)
    {
        File.WriteAllText(_folder.Of("nginx.conf"), Render(new Dictionary<string, string>
        {
            ["APP_LISTEN"] = System.Net.Sockets.Socket.OSSupportsIPv6 ? $"{port} backlog=4096 reuseport; listen [::]:{port}" : $"{port}",
            ["NODE_SERVERS"] = Servers(nodes),
            ["REALTIME_SERVERS"] = Servers(realtime),
            ["NGINX_TEMP"] = ServerFolder.TemporaryName,
        }));
        return new Child(
            "nginx", () => _folder.Command("-e", "stderr", "-p", ".", "-c", "nginx.conf", "-g", "daemon off; pid nginx.pid;"),
            line => line.Contains("start worker processes", StringComparison.Ordinal), Signals.Quit)
        {
            IsNews = line => !line.Contains("[notice]", StringComparison.Ordinal),
        };
    }

    private static string Servers(IEnumerable<int> ports) => string.Join(' ', ports.Select(port => $"server 127.0.0.1:{port} max_fails=10 fail_timeout=1s max_conns=192;"));

    private static string Render(IReadOnlyDictionary<string, string> values)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("nginx.conf")!);
        return values.Aggregate(reader.ReadToEnd(), (text, value) => text.Replace($"${{{value.Key}}}", value.Value, StringComparison.Ordinal));
    }
}
