namespace Absensi.Testing;

/// <summary>Where every node of a test is at work: a day neither begins nor ends there while tests run, at whatever hour that is.</summary>
public static class Noon
{
    /// <summary>A zone in which it was between 12:00 and 13:00 when this process began. The zones' signs are the opposite of what one would think.</summary>
    public static string Zone { get; } = (12 - DateTime.UtcNow.Hour) switch
    {
        0 => "Etc/GMT",
        > 0 and var ahead => $"Etc/GMT-{ahead}",
        var behind => $"Etc/GMT+{-behind}",
    };
}
