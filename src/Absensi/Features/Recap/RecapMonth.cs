using System.Globalization;
using Absensi.Features.Errors;

namespace Absensi.Features.Recap;

/// <summary>What <c>?bulan=2026-11</c> says.</summary>
public static class RecapMonth
{
    private const int FirstYear = 2000, LastYear = 2100;

    /// <returns>The month's first day; <paramref name="today"/>'s month when none is named.</returns>
    public static (DateOnly Month, ValidationFailure? Failure) Read(IQueryCollection query, DateOnly today)
    {
        var thisMonth = new DateOnly(today.Year, today.Month, 1);
        var text = query["bulan"].ToString();
        if (text.Length == 0) return (thisMonth, null);
        return DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month.Year is >= FirstYear and <= LastYear ? (month, null)
            : (thisMonth, ValidationFailure.Of(new Dictionary<string, string[]> { ["bulan"] = [$"The bulan must be a month from {FirstYear}-01 to {LastYear}-12 such as 2026-11."] }));
    }

    public static string Text(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
