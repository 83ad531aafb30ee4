using System.Globalization;
using System.Runtime.CompilerServices;
using Absensi.ClusterTests.Real;

namespace Absensi.ClusterTests.Chaos;

/// <summary>One fault and what came of it.</summary>
/// <param name="Attempts">Requests that ended after it began and before all was well again.</param>
/// <param name="Failed">Those of them that had no answer, or 503.</param>
/// <param name="Outage">From its beginning until the last of these.</param>
/// <param name="Whole">From the end of its cause until every process was ready.</param>
/// <param name="Slowest">The longest that one of the requests took.</param>
internal sealed record Happened(string Fault, int Attempts, int Failed, TimeSpan Outage, TimeSpan Whole, TimeSpan Slowest);

/// <summary>What a run was, as lines of Markdown.</summary>
internal sealed class ChaosReport(int seed)
{
    private const string Heading = "## The latest run";

    private readonly List<Happened> _happened = [];
    private string _summary = "";

    public void Add(Happened happened) => _happened.Add(happened);

    public void Finish(Load load, IReadOnlyList<Follower> followers, TimeSpan took)
    {
        var attempts = load.Attempts.ToList();
        _summary = string.Create(CultureInfo.InvariantCulture,
            $"Seed {seed}, {took.TotalMinutes:0.0} minutes, {_happened.Count} faults. {load.Taps.Count:N0} taps in {attempts.Count:N0} requests: {attempts.Count(a => a.Status == 200):N0} answered 200, " +
            $"{attempts.Count(a => a.Status == 503):N0} answered 503, {attempts.Count(a => a.Status == 0):N0} without an answer, {attempts.Count(a => a.Status is not (0 or 200 or 503)):N0} anything else. " +
            $"{followers.Count} subscribers connected {followers.Sum(f => f.Connections)} times and saw {followers.Min(f => f.Seen.Count):N0} events each.");
    }

    public IEnumerable<string> Lines()
    {
        yield return _summary;
        yield return "";
        yield return "| fault | times | requests meanwhile | failed | worst outage | worst until whole | slowest request |";
        yield return "|---|---|---|---|---|---|---|";
        foreach (var fault in _happened.GroupBy(h => h.Fault).OrderBy(g => g.Key, StringComparer.Ordinal))
            yield return $"| {fault.Key} | {fault.Count()} | {fault.Sum(h => h.Attempts)} | {fault.Sum(h => h.Failed)} | {Seconds(fault.Max(h => h.Outage))} | {Seconds(fault.Max(h => h.Whole))} | {Seconds(fault.Max(h => h.Slowest))} |";
    }

    /// <summary>Puts it in the place of the last one in docs/chaos.md.</summary>
    public void Save([CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/chaos.md");
        var text = File.ReadAllText(path);
        File.WriteAllText(path, $"{text[..text.IndexOf(Heading, StringComparison.Ordinal)]}{Heading}\n{string.Join('\n', Lines())}\n");
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
