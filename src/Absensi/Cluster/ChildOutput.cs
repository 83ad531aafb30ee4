namespace Absensi.Cluster;

/// <summary>The children's log lines on our own standard output, each marked with its child's name, in colour on a terminal.</summary>
internal sealed class ChildOutput
{
    private static readonly int[] Colours = [36, 33, 35, 32, 34, 31];

    private readonly Dictionary<string, string> _marks;

    public ChildOutput(IEnumerable<string> names)
    {
        var all = names.ToList();
        var width = all.Max(n => n.Length);
        var colourful = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        _marks = all.Select((name, i) => (name, mark: $"{name.PadRight(width)} |", colour: Colours[i % Colours.Length]))
            .ToDictionary(c => c.name, c => colourful ? $"\e[{c.colour}m{c.mark}\e[0m" : c.mark, StringComparer.Ordinal);
    }

    public void Write(string name, string line) => Console.WriteLine($"{_marks[name]} {line}");
}
