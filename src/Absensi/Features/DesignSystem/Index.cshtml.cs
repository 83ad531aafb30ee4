using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Absensi.Features.DesignSystem;

/// <summary>What the pages are made of, each part in each of its states. In development only.</summary>
[AllowAnonymous]
public sealed class DesignSystemModel : PageModel
{
    public static readonly (string Name, string Class)[] Surfaces =
        [("paper", "bg-paper"), ("surface", "bg-surface"), ("sunken", "bg-sunken"), ("accent", "bg-accent"), ("accent-soft", "bg-accent-soft"), ("good-fill", "bg-good-fill"), ("late-fill", "bg-late-fill"), ("bad", "bg-bad")];

    public static readonly (string Name, string Class)[] Inks =
        [("ink", "text-ink"), ("muted", "text-muted"), ("accent", "text-accent"), ("good", "text-good"), ("late", "text-late"), ("bad", "text-bad")];

    public static readonly (string Name, string Class)[] Sizes =
        [("12, tabel dan keterangan", "text-xs"), ("14, isi tabel", "text-sm"), ("16, isi", "text-base"), ("20, judul halaman di ponsel", "text-lg font-bold"), ("28, judul dan angka", "text-xl font-bold"), ("44, jam", "text-2xl font-bold")];

    public static readonly (string Name, string Class)[] Spaces = [("4", "w-1"), ("8", "w-2"), ("12", "w-3"), ("16", "w-4"), ("24", "w-6"), ("32", "w-8"), ("48", "w-12")];

    public void OnGet()
    {
    }
}
