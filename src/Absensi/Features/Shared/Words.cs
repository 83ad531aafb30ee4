using System.Globalization;

namespace Absensi.Features.Shared;

/// <summary>Times, dates and numbers as an Indonesian reads them.</summary>
public static class Words
{
    private static readonly string[] Days = ["Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"];
    private static readonly string[] Months =
        ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"];

    public static string Greeting(DateTime local) => local.Hour switch
    {
        >= 4 and < 11 => "Selamat pagi",
        >= 11 and < 15 => "Selamat siang",
        >= 15 and < 18 => "Selamat sore",
        _ => "Selamat malam",
    };

    public static string Day(DateOnly date) => Days[(int)date.DayOfWeek];
    public static string ShortDay(DateOnly date) => Day(date)[..3];
    public static string Date(DateOnly date) => $"{date.Day} {Months[date.Month - 1]} {date.Year}";
    public static string Month(DateOnly date) => $"{Months[date.Month - 1]} {date.Year}";
    public static string ShortDate(DateOnly date) => $"{date.Day} {Months[date.Month - 1][..3]}";
    public static string LongDate(DateOnly date) => $"{Day(date)}, {Date(date)}";

    /// <summary><c>07.58</c>, or a dash when there is none.</summary>
    public static string Time(DateTime? time) => time?.ToString("HH.mm", CultureInfo.InvariantCulture) ?? "–";
    public static string Time(TimeOnly time) => time.ToString("HH.mm", CultureInfo.InvariantCulture);
    public static string TimeToSecond(DateTime time) => time.ToString("HH.mm.ss", CultureInfo.InvariantCulture);

    /// <summary>How an arrival stands to the start of work, to the minute; the portal's script says the same.</summary>
    public static string Lateness(DateTime arrivedAt, TimeOnly workStart)
    {
        var limit = $"(batas {Time(workStart)})";
        var late = arrivedAt.TimeOfDay - new TimeSpan(workStart.Hour, workStart.Minute, 0);
        if (late <= TimeSpan.Zero) return $"Tepat waktu {limit}";
        if (late < TimeSpan.FromMinutes(1)) return $"Terlambat kurang dari 1 menit {limit}";
        return $"Terlambat {Span(TimeSpan.FromMinutes((int)late.TotalMinutes))} {limit}";
    }

    /// <summary><c>1 jam 5 menit 2 detik</c>, without the parts that are nothing.</summary>
    public static string Span(TimeSpan span)
    {
        (int Value, string Word)[] parts = [((int)span.TotalHours, "jam"), (span.Minutes, "menit"), (span.Seconds, "detik")];
        return string.Join(' ', parts.Where(p => p.Value > 0).Select(p => $"{p.Value} {p.Word}"));
    }

    public static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '.');

    /// <summary>" · WIB" and its sisters; nothing for zones that have no such name.</summary>
    public static string Zone(TimeZoneInfo zone) => zone.Id switch
    {
        "Asia/Jakarta" or "Asia/Pontianak" => " · WIB",
        "Asia/Makassar" or "Asia/Ujung_Pandang" => " · WITA",
        "Asia/Jayapura" => " · WIT",
        _ => "",
    };

    public static string FirstName(string name) => name.Split(' ', 2, StringSplitOptions.TrimEntries)[0];
}
