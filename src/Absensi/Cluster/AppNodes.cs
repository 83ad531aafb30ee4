using System.Globalization;

namespace Absensi.Cluster;

/// <summary>The app nodes of one machine as children.</summary>
public static class AppNodes
{
    private static readonly string[] Cities =
    [
        "Jakarta", "Bandung", "Surabaya", "Medan", "Makassar", "Denpasar", "Semarang", "Yogyakarta",
        "Palembang", "Balikpapan", "Manado", "Jayapura", "Padang", "Pontianak", "Ambon", "Kupang",
    ];

    public static int Most => Cities.Length;

    /// <summary>Linux alone spreads new connections over the processes that listen on a port.</summary>
    public static bool CanSharePort => OperatingSystem.IsLinux();

    /// <summary>What a node says when it listens and its database is there. A question over the shared port could be answered by any of them.</summary>
    public static bool IsReadyLine(string line) => line.EndsWith(ReadyLine, StringComparison.Ordinal);

    public const string ReadyLine = "Ready for requests";

    public static string Id(int number) => $"app-node-{number}";

    /// <summary>Nodes that share the settings' port.</summary>
    public static IReadOnlyList<Child> OnOnePort(Settings settings, int count) => Create(count, _ => new Dictionary<string, string>
    {
        ["APP_PORT"] = settings.Port.ToString(CultureInfo.InvariantCulture),
        ["ABSENSI_DATA"] = settings.DataFolder,
        ["ABSENSI_SHARE_PORT"] = CanSharePort ? "1" : "0",
    });

    /// <param name="environment">What a node is told besides its names, by its number from 1.</param>
    public static IReadOnlyList<Child> Create(int count, Func<int, IReadOnlyDictionary<string, string>> environment) => Enumerable.Range(1, count).Select(number =>
    {
        var name = Cities[number - 1];
        var own = new Dictionary<string, string>(environment(number)) { ["NODE_ID"] = Id(number), ["NODE_NAME"] = name };
        return new Child(name, () => Child.OwnCommand(["node", "--supervised"], own), IsReadyLine);
    }).ToList();
}
