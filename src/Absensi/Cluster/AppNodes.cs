using System.Globalization;

namespace Absensi.Cluster;

/// <summary>The app nodes of one machine as children that share a port.</summary>
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
    private static bool IsReadyLine(string line) => line.EndsWith(ReadyLine, StringComparison.Ordinal);

    public const string ReadyLine = "Ready for requests";

    public static string Id(int number) => $"app-node-{number}";

    public static IReadOnlyList<Child> Create(Settings settings, int count) =>
        Enumerable.Range(1, count).Select(number => Node(settings, number)).ToList();

    private static Child Node(Settings settings, int number)
    {
        var environment = new Dictionary<string, string>
        {
            ["NODE_ID"] = Id(number),
            ["NODE_NAME"] = Cities[number - 1],
            ["APP_PORT"] = settings.Port.ToString(CultureInfo.InvariantCulture),
            ["ABSENSI_DATA"] = settings.DataFolder,
            ["ABSENSI_SHARE_PORT"] = CanSharePort ? "1" : "0",
        };
        return new Child(Cities[number - 1], () => Child.OwnCommand(["node", "--supervised"], environment), IsReadyLine);
    }
}
