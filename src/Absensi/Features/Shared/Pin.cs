using System.Globalization;

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

    public static Pin? At(double? latitude, double? longitude, double? accuracy = null) =>
        latitude is { } lat && longitude is { } lon ? new Pin(lat, lon, accuracy) : null;

    public string MapUrl => string.Create(CultureInfo.InvariantCulture,
        $"https://www.openstreetmap.org/?mlat={Latitude:F6}&mlon={Longitude:F6}#map=18/{Latitude:F6}/{Longitude:F6}");
}
