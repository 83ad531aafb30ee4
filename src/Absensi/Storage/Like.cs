namespace Absensi.Storage;

/// <summary>What a person typed, as the pattern of <c>LIKE … ESCAPE '!'</c>.</summary>
public static class Like
{
    /// <summary>Matches what has the text anywhere in it; its own signs stand for themselves.</summary>
    public static string Containing(string text) =>
        $"%{text.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)}%";
}
