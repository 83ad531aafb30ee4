using System.Globalization;

namespace Absensi.Features.History;

/// <summary>Addresses of the list: the filters as they are, with one thing changed.</summary>
public static class HistoryUrl
{
    /// <param name="path">The list, or its export.</param>
    /// <param name="name">What is added; <c>sebelum</c> and <c>sesudah</c> page through the list.</param>
    public static string With(HttpRequest request, string path, string? name = null, string? value = null)
    {
        var kept = HistoryFilter.Names.Select(f => (Name: f, Value: request.Query[f].ToString())).Where(f => f.Value.Length > 0);
        if (name is not null && value is not null) kept = kept.Append((name, value));
        return path + QueryString.Create(kept.Select(f => KeyValuePair.Create(f.Name, (string?)f.Value)));
    }

    public static string Between(HttpRequest request, DateOnly from, DateOnly to)
    {
        var kept = HistoryFilter.Names.Except(["dari", "sampai"]).Select(f => (Name: f, Value: request.Query[f].ToString())).Where(f => f.Value.Length > 0);
        (string, string)[] range = [("dari", Date(from)), ("sampai", Date(to))];
        return "/riwayat" + QueryString.Create(range.Concat(kept).Select(f => KeyValuePair.Create(f.Item1, (string?)f.Item2)));
    }

    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
