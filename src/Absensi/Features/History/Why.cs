using Absensi.Features.Shared;

namespace Absensi.Features.History;

/// <summary>Why a day has the status it has, as a sentence with the numbers in it.</summary>
public static class Why
{
    public static string Sentence(string? status, DateTime? clockedInAt, TimeOnly workStart)
    {
        var limit = workStart.ToString("HH.mm.ss", System.Globalization.CultureInfo.InvariantCulture);
        if (clockedInAt is not { } at)
            return "Sampai hari kerja itu berakhir tidak ada absen masuk yang tercatat. Hari kerja tanpa absen masuk dihitung Alpha.";
        var difference = at.TimeOfDay - workStart.ToTimeSpan();
        var time = Words.TimeToSecond(at);
        if (status == "Terlambat")
            return $"Absen masuk tercatat pukul {time}, yaitu {Words.Span(difference)} setelah batas {limit}. Lewat dari batas itu, walau satu detik, dihitung Terlambat.";
        return difference == TimeSpan.Zero
            ? $"Absen masuk tercatat pukul {time}, tepat pada batas {limit}. Tepat pada batas masih dihitung Hadir."
            : difference < TimeSpan.Zero
                ? $"Absen masuk tercatat pukul {time}, yaitu {Words.Span(-difference)} sebelum batas {limit}. Sampai batas itu dihitung Hadir."
                : $"Absen masuk tercatat pukul {time} dan ditetapkan {status}.";
    }
}
