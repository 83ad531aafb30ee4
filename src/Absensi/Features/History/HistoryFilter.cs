using System.Globalization;
using Absensi.Core.Attendance;
using Absensi.Features.Errors;

namespace Absensi.Features.History;

/// <summary>What <c>/riwayat</c> may be asked for. It lives in the URL.</summary>
/// <param name="Search">Part of a name, taken literally.</param>
/// <param name="Node">The node of the clock-in.</param>
/// <param name="MinMinutes">Shortest time from in to out; days without a clock-out have none and drop out.</param>
/// <param name="Before">Page after this place: rows that come later in the list (older).</param>
/// <param name="After">Page before this place: rows that come earlier in the list (newer).</param>
public sealed record HistoryFilter(DateOnly? From, DateOnly? To, string? Search, AttendanceStatus? Status, string? Node, int? MinMinutes, int? MaxMinutes, Place? Before, Place? After)
{
    public static readonly HistoryFilter Everything = new(null, null, null, null, null, null, null, null, null);

    /// <summary>The names in the URL, without those that page.</summary>
    public static readonly string[] Names = ["dari", "sampai", "cari", "status", "node", "durasi_min", "durasi_maks"];

    public const int LongestSearch = 100, LongestNode = 50, LongestDuration = 10_000;

    /// <summary>Whether it lets everything through.</summary>
    public bool IsEmpty => this with { Before = null, After = null } == Everything;

    public static (HistoryFilter Filter, ValidationFailure? Failure) Read(IQueryCollection query)
    {
        var errors = new Dictionary<string, string[]>();
        var from = Date(query, "dari", errors);
        var to = Date(query, "sampai", errors);
        if (from > to) errors["sampai"] = ["The sampai must be on or after dari."];
        var search = Text(query, "cari");
        if (search?.Length > LongestSearch) errors["cari"] = [$"The cari must be at most {LongestSearch} characters."];
        else if (search?.Any(char.IsControl) == true) errors["cari"] = ["The cari must be letters, digits and signs of one line."];
        var status = Text(query, "status") is not { } word ? null
            : Enum.TryParse<AttendanceStatus>(word, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsDigit(word[0]) ? value
            : Wrong<AttendanceStatus>(errors, "status", "The status must be Hadir, Terlambat or Alpha.");
        var node = Text(query, "node");
        if (node?.Length > LongestNode) errors["node"] = [$"The node must be at most {LongestNode} characters."];
        var (least, most) = (Minutes(query, "durasi_min", errors), Minutes(query, "durasi_maks", errors));
        if (least > most) errors["durasi_maks"] = ["The durasi_maks must be at least durasi_min."];
        var filter = new HistoryFilter(from, to, search, status, node, least, most, PlaceOf(query, "sebelum", errors), PlaceOf(query, "sesudah", errors));
        return errors.Count > 0 ? (Everything, ValidationFailure.Of(errors)) : (filter, null);
    }

    private static string? Text(IQueryCollection query, string name) => query[name].ToString().Trim() is { Length: > 0 } text ? text : null;

    private static DateOnly? Date(IQueryCollection query, string name, Dictionary<string, string[]> errors) =>
        Text(query, name) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : Wrong<DateOnly>(errors, name, $"The {name} must be a date such as 2026-11-30.");

    private static int? Minutes(IQueryCollection query, string name, Dictionary<string, string[]> errors) =>
        Text(query, name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes <= LongestDuration ? minutes
        : Wrong<int>(errors, name, $"The {name} must be whole minutes from 0 to {LongestDuration}.");

    private static Place? PlaceOf(IQueryCollection query, string name, Dictionary<string, string[]> errors) =>
        Text(query, name) is not { } text ? null : Place.TryParse(text, out var place) ? place : WrongPlace(errors, name);

    private static Place? WrongPlace(Dictionary<string, string[]> errors, string name)
    {
        errors[name] = [$"The {name} must be a place in the list such as 2026-11-30.123."];
        return null;
    }

    private static T? Wrong<T>(Dictionary<string, string[]> errors, string name, string message) where T : struct
    {
        errors[name] = [message];
        return null;
    }
}

/// <summary>A row's place in the list, newest day first: what paging goes on from, whatever is added meanwhile.</summary>
public sealed record Place(DateOnly Date, long Id)
{
    public static bool TryParse(string text, out Place? place)
    {
        place = null;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !DateOnly.TryParseExact(text.AsSpan(0, dot), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || !long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return false;
        place = new Place(date, id);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Date:yyyy-MM-dd}.{Id}");
}
