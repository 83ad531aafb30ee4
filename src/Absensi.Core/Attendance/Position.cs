using System.Text.Json.Serialization;

namespace Absensi.Core.Attendance;

/// <summary>A place on Earth in WGS 84 degrees, kept to the 8 decimals of the document's <c>DECIMAL(10,8)</c> (about 1 mm).</summary>
public readonly record struct Position
{
    public double Latitude { get; }
    public double Longitude { get; }

    /// <exception cref="ArgumentOutOfRangeException">A coordinate is not finite or outside −90…90, −180…180.</exception>
    [JsonConstructor]
    public Position(double latitude, double longitude)
    {
        if (!IsLatitude(latitude)) throw new ArgumentOutOfRangeException(nameof(latitude), latitude, "must be between -90 and 90");
        if (!IsLongitude(longitude)) throw new ArgumentOutOfRangeException(nameof(longitude), longitude, "must be between -180 and 180");
        // + 0.0 turns −0 into 0: both are the same place, and JSON would print them differently.
        Latitude = Math.Round(latitude, 8) + 0.0;
        Longitude = Math.Round(longitude, 8) + 0.0;
    }

    public static bool IsLatitude(double value) => double.IsFinite(value) && Math.Abs(value) <= 90;
    public static bool IsLongitude(double value) => double.IsFinite(value) && Math.Abs(value) <= 180;
}
