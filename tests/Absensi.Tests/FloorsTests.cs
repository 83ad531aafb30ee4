using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Absensi.Tests;

/// <summary>Holds the floors of docs/architecture.md: who may lean on whom.</summary>
public sealed partial class FloorsTests
{
    // What a folder may use besides itself, Core, and what lies at the root.
    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["Storage"] = [],
        ["Feed"] = ["Storage"],
        ["Cluster"] = ["Feed", "Storage"],
        ["Security"] = ["Storage", "Features.Errors"], // a refusal is answered in the contract's words wherever it is made
        ["Realtime"] = ["Security", "Feed", "Storage"],
        ["Demo"] = ["Security", "Storage"],
        ["Features"] = ["Security", "Cluster", "Feed", "Storage"],
        ["Commands"] = ["Features", "Realtime", "Demo", "Security", "Cluster", "Feed", "Storage"],
    };

    public static TheoryData<string> Folders => new(Below.Keys);

    [Theory]
    [MemberData(nameof(Folders))]
    public void AFolderLeansOnlyOnWhatLiesBelowIt(string folder)
    {
        var source = Path.Combine(Path.GetDirectoryName(Here())!, "../../src/Absensi", folder);
        var files = Directory.GetFiles(source, "*.cs", SearchOption.AllDirectories);

        var uses = files.SelectMany(f => Using().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct().ToList();

        Assert.NotEmpty(files);
        Assert.All(uses, used => Assert.Contains(Below[folder].Append(folder).Append("Core"), allowed => used == allowed || used.StartsWith(allowed + ".", StringComparison.Ordinal)));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^using (?:static )?Absensi\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
