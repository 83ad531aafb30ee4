namespace Absensi.Features.Profile;

/// <summary>A browser's own description in words its owner recognises.</summary>
public static class Device
{
    // The order matters: Edge says it is Chrome, Chrome says it is Safari, Android says it is Linux.
    private static readonly (string Mark, string Word)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari")];

    private static readonly (string Mark, string Word)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux")];

    public static string Name(string? userAgent)
    {
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        return (browser, system) switch
        {
            (null, null) => "Perangkat lain",
            (null, _) => system,
            (_, null) => browser,
            _ => $"{browser} di {system}",
        };
    }

    public static bool IsPhone(string? userAgent) => userAgent is not null && (userAgent.Contains("Mobile", StringComparison.Ordinal) || userAgent.Contains("Android", StringComparison.Ordinal));

    public static string Ago(long seconds) => seconds switch
    {
        < 120 => "baru saja",
        < 7200 => $"{seconds / 60} menit lalu",
        < 172_800 => $"{seconds / 3600} jam lalu",
        _ => $"{seconds / 86_400} hari lalu",
    };

    private static string? Find((string Mark, string Word)[] known, string? text) =>
        text is null ? null : known.FirstOrDefault(k => text.Contains(k.Mark, StringComparison.Ordinal)).Word;
}
