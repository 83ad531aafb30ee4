using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.Errors;

/// <summary>What a person sees for a failed page request: what happened, and what to do next.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
public sealed class ErrorModel : PageModel
{
    public int Status { get; private set; }
    public string Title { get; private set; } = "";
    public string Advice { get; private set; } = "";
    public bool TryAgain { get; private set; }
    public string From { get; private set; } = "/";

    // Shown for whatever method was refused, so not from a handler of one of them.
    public override void OnPageHandlerSelected(PageHandlerSelectedContext context) =>
        Show(int.TryParse(RouteData.Values["status"]?.ToString(), out var status) ? status : 404);

    private void Show(int status)
    {
        Status = status;
        Response.StatusCode = status is >= 400 and < 600 ? status : 404;
        From = HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is { } original ? original.OriginalPath + original.OriginalQueryString : "/";
        (Title, Advice, TryAgain) = status switch
        {
            403 => ("Halaman ini bukan untuk Anda", "Anda tidak memiliki akses ke data ini. Jika seharusnya bisa, mintalah akses kepada admin.", false),
            404 => ("Halaman tidak ditemukan", "Alamatnya mungkin salah ketik atau datanya sudah tidak ada. Mulailah lagi dari halaman depan.", false),
            413 => ("Kiriman terlalu besar", "Belum ada yang tersimpan. Kirim berkas yang lebih kecil, atau bagi menjadi beberapa berkas.", true),
            419 => ("Sesi formulir kedaluwarsa", "Halaman terbuka terlalu lama. Muat ulang, lalu kirim sekali lagi; belum ada yang tersimpan.", true),
            429 => ("Terlalu banyak permintaan", "Tunggu sebentar, lalu coba lagi.", true),
            503 => ("Sedang tidak dapat melayani", "Server atau basis data sedang sibuk atau dimulai ulang. Biasanya pulih dalam beberapa detik.", true),
            >= 500 => ("Terjadi kesalahan sistem", "Ini bukan karena Anda. Silakan coba lagi; bila berulang, sampaikan kode dan jamnya kepada admin.", true),
            _ => ("Permintaan tidak dapat diproses", "Periksa kembali alamat atau isiannya, lalu coba lagi.", false),
        };
    }
}
