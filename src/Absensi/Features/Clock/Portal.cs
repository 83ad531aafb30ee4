using System.Globalization;
using Absensi.Core.Events;
using Absensi.Features.Shared;

namespace Absensi.Features.Clock;

/// <summary>What the portal's script starts from. Times are the server's wall time.</summary>
/// <param name="Before">Where this person clocked in on the days before: latitude, longitude.</param>
/// <param name="LastId">The log's last position that <paramref name="Today"/> has for certain.</param>
public sealed record PortalData(string Now, long UserId, string WorkStart, PortalToday? Today, IReadOnlyList<double[]> Before, long LastId)
{
    public static PortalData Of(PortalModel page, long userId) => new(
        Local(page.Now)!, userId, page.Rules.WorkStart.ToString("HH:mm", CultureInfo.InvariantCulture),
        page.Today is { } row ? new PortalToday(row.Id!.Value, Local(row.JamMasuk), Local(row.JamPulang), row.Status!, row.DurationMinutes) : null,
        Pin.ToTheMetre(page.Before.Select(r => r.ClockedInFrom)), page.LastId);

    private static string? Local(DateTime? time) => time?.ToString(AttendanceFact.TimeFormat, CultureInfo.InvariantCulture);
}

public sealed record PortalToday(long Id, string? JamMasuk, string? JamPulang, string Status, int? DurationMinutes);
