using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Absensi.ClusterTests;

/// <summary>What <c>deploy/</c> says, as far as it can be held without a container engine.</summary>
public sealed partial class DeployTests(RunningCluster running) : IClassFixture<RunningCluster>
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../deploy"));
    private static readonly string[] Nodes = ["app-node-1", "app-node-2", "app-node-3"];

    private readonly Dictionary<object, object> _services = Map(Compose()["services"]);

    [Fact]
    public void ComposeHasTheDocumentsServicesAndEachIsWatchedAndStartedAgain()
    {
        Assert.Equal([.. Nodes, "migrate", "mysql", "nginx", "realtime", "redis"], _services.Keys.Cast<string>().Order());
        foreach (var (name, service) in _services.Where(s => s.Key is not "migrate"))
        {
            Assert.Equal("unless-stopped", Map(service)["restart"]);
            Assert.True(Map(service).ContainsKey("healthcheck") || (string)Map(service)["image"] == "absensi", $"{name} is watched by nobody");
        }
    }

    [Fact]
    public void ComposeStartsEachWhenWhatItNeedsIsReady()
    {
        Assert.Equal([.. Nodes, "realtime"], Needs("nginx", "service_healthy"));
        foreach (var name in (string[])[.. Nodes, "realtime"])
        {
            Assert.Equal(["redis"], Needs(name, "service_healthy"));
            Assert.Equal(["migrate"], Needs(name, "service_completed_successfully"));
        }

        Assert.Equal(["mysql"], Needs("migrate", "service_healthy"));
    }

    [Fact]
    public void ComposeHandsEverySettingOnAndHoldsNoSecret()
    {
        // What the image and the start decide, and what a container has no use for.
        string[] settled = ["ABSENSI_DATA", "ABSENSI_SHARE_PORT", "ABSENSI_STAGE", "APP_ADMIN_EMAIL", "APP_BIND", "APP_ENV", "APP_PORT", "DB_PORT", "DB_SSL_MODE", "REDIS_PORT"];
        foreach (var name in (string[])[.. Nodes, "realtime"])
        {
            var environment = VariablesOf(name);
            var asked = new HashSet<string>();

            var settings = Settings.Parse(new SettingsSource(variable =>
            {
                asked.Add(variable);
                return environment.GetValueOrDefault(variable) is { } value ? Filled(value) : null;
            }));

            Assert.Equal(asked.Except(settled).Order(), environment.Keys.Order());
            Assert.Equal(("mysql", "redis", "realtime"), (settings.Database!.Host, settings.Redis!.Host, settings.RealtimeUrl!.Host));
            Assert.Equal(name == "realtime" ? "realtime-1" : name, settings.NodeId);
        }

        foreach (var (name, value) in _services.Keys.SelectMany(s => VariablesOf((string)s)).Where(v => v.Key.EndsWith("_PASSWORD", StringComparison.Ordinal) && v.Key != "MYSQL_RANDOM_ROOT_PASSWORD"))
            Assert.True(value.StartsWith("${", StringComparison.Ordinal) && value.Contains(":?", StringComparison.Ordinal), $"{name} has a value of its own");
    }

    [Fact]
    public async Task NginxTakesTheConfigurationAsTheContainerFillsItIn()
    {
        var environment = VariablesOf("nginx");
        Assert.Contains("./nginx.conf:/etc/nginx/templates/nginx.conf.template:ro", ((List<object>)Map(_services["nginx"])["volumes"]).Cast<string>());
        Assert.Equal("/etc/nginx", environment["NGINX_ENVSUBST_OUTPUT_DIR"]);
        using var folder = new TemporaryFolder();
        environment["NGINX_TEMP"] = folder.Path;
        environment["APP_LISTEN"] = Cluster.FreePort().ToString(CultureInfo.InvariantCulture);
        // The container's entrypoint replaces the variables that it has, in either of their forms.
        var text = environment.Aggregate(await File.ReadAllTextAsync(Path.Combine(Folder, "nginx.conf")), (t, v) => Regex.Replace(t, $@"\$(\{{{v.Key}\}}|{v.Key}\b)", v.Value));
        await File.WriteAllTextAsync(folder.Of("nginx.conf"), text);
        var names = _services.Keys.Cast<string>().Order().ToList();
        await File.WriteAllLinesAsync(folder.Of("hosts"), names.Select((name, i) => $"127.0.0.{i + 1} {name}"));

        var (exitCode, said) = await RunAsync("unshare", "--map-root-user", "--mount", "sh", "-c", $"mount --bind {folder.Of("hosts")} /etc/hosts && PATH=$PATH:/usr/sbin exec nginx -t -e stderr -p {folder.Path} -c nginx.conf -g 'user root; pid nginx.pid;'");

        Assert.True(exitCode == 0, said);
        Assert.DoesNotContain("${", text);
        foreach (var node in Nodes) Assert.Contains($"server {node}:8080 max_fails=", text);
        Assert.Contains("server realtime:8080 max_fails=", text);
    }

    [Fact]
    public async Task TheImagesHealthCheckTellsAReadyNodeFromNone()
    {
        var line = (await File.ReadAllTextAsync(Path.Combine(Folder, "Dockerfile"))).Replace("\\\n", "", StringComparison.Ordinal).Split('\n').Single(l => l.StartsWith("HEALTHCHECK", StringComparison.Ordinal));
        var command = JsonSerializer.Deserialize<string[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!;

        Task<(int ExitCode, string Said)> CheckAsync(int port) => RunAsync("env", [$"APP_PORT={port}", .. command]);

        Assert.Equal(0, (await CheckAsync(running.Cluster.Port)).ExitCode);
        Assert.Equal(1, (await CheckAsync(Cluster.FreePort())).ExitCode);
    }

    private static Dictionary<object, object> Compose() =>
        new Deserializer().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(File.OpenText(Path.Combine(Folder, "compose.yaml")))));

    private static Dictionary<object, object> Map(object node) => (Dictionary<object, object>)node;

    private Dictionary<string, string> VariablesOf(string service) =>
        Map(_services[service]).TryGetValue("environment", out var variables) ? Map(variables).ToDictionary(v => (string)v.Key, v => (string)v.Value) : [];

    private IEnumerable<string> Needs(string service, string condition) =>
        Map(Map(_services[service])["depends_on"]).Where(need => (string)Map(need.Value)["condition"] == condition).Select(need => (string)need.Key).Order();

    /// <summary>With the defaults in the place of variables, as where nobody has set them; what must be set is "x".</summary>
    private static string Filled(string value) => Variable().Replace(value, match => match.Groups["required"].Success ? "x" : match.Groups["default"].Value);

    private static async Task<(int ExitCode, string Said)> RunAsync(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }

    [GeneratedRegex(@"\$\{\w+(:-(?<default>[^}]*)|(?<required>:\?)[^}]*)\}")]
    private static partial Regex Variable();

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("absensi-deploy-").FullName;
        public string Of(string file) => System.IO.Path.Combine(Path, file);
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
