namespace Absensi.Core.Attendance;

public static class Duration
{
    /// <summary>The document's short form: <c>8j 30m</c>, or <c>-</c> when there is none.</summary>
    public static string Format(int? minutes) => minutes is { } m ? $"{m / 60}j {m % 60}m" : "-";
}
