using System.Globalization;
using Absensi.Core.Attendance;

namespace Absensi.Features.Shared;

/// <summary>A place on the small map. Accuracy is the radius in metres the phone reported, if it did.</summary>
public sealed record Pin(double Latitude, double Longitude, double? Accuracy = null)
{
    public string Coordinates => string.Create(CultureInfo.InvariantCulture, $"{Latitude:F6}, {Longitude:F6}");

    public string? Radius => Accuracy switch
    {
        null => null,
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"±{Math.Max(1, Math.Round(Accuracy.Value)):F0} m"),
        _ => $"±{(Accuracy.Value / 1000).ToString("0.#", CultureInfo.InvariantCulture).Replace('.', ',')} km",
    };

    public static Pin? At(Position? position, double? accuracy = null) => position is { } at ? new Pin(at.Latitude, at.Longitude, accuracy) : null;

    /// <summary>Latitude and longitude for a sketch.</summary>
    public static double[][] ToTheMetre(IEnumerable<Position?> positions) =>
        [.. positions.OfType<Position>().Select(p => new[] { Math.Round(p.Latitude, 5), Math.Round(p.Longitude, 5) })];

    public string MapUrl => string.Create(CultureInfo.InvariantCulture,
        $"https://www.openstreetmap.org/?mlat={Latitude:F6}&mlon={Longitude:F6}#map=18/{Latitude:F6}/{Longitude:F6}");
}
