using System.Net.Mail;
using Absensi.Storage;

namespace Absensi.Features.Employees;

/// <summary>What a person's account is to be, as it was typed or stood in a file. Cleaned: no space around it, the address in lower case.</summary>
public sealed record EmployeeForm(string Name, string Email, string Role)
{
    public const int Longest = 255;

    public static readonly EmployeeForm Empty = new("", "", Roles.Karyawan);

    public static EmployeeForm Of(string? name, string? email, string? role) => new(name?.Trim() ?? "", email?.Trim().ToLowerInvariant() ?? "", role?.Trim().ToLowerInvariant() ?? "");

    /// <summary>What is wrong by field, said to whoever filled it in; empty when nothing is.</summary>
    public Dictionary<string, string[]> Problems()
    {
        var problems = new Dictionary<string, string[]>();
        if (Name.Length == 0) problems["name"] = ["Isi nama karyawan."];
        else if (Name.Length > Longest) problems["name"] = [$"Nama terlalu panjang. Paling banyak {Longest} huruf."];
        else if (!IsText(Name)) problems["name"] = ["Nama memuat karakter yang tidak dapat dipakai. Ketik ulang namanya."];
        if (Email.Length == 0) problems["email"] = ["Isi email karyawan."];
        else if (Email.Length > Longest) problems["email"] = [$"Email terlalu panjang. Paling banyak {Longest} huruf."];
        else if (!IsAddress(Email)) problems["email"] = ["Tulis email seperti nama@perusahaan.co.id."];
        if (Role is not (Roles.Admin or Roles.Karyawan)) problems["role"] = ["Pilih karyawan atau admin."];
        return problems;
    }

    // Half a surrogate pair is no letter in any encoding.
    private static bool IsText(string text) => !text.Any(char.IsControl) && !text.EnumerateRunes().Any(r => r == System.Text.Rune.ReplacementChar);

    private static bool IsAddress(string text) =>
        IsText(text) && MailAddress.TryCreate(text, out var address) && address.Address == text && address.Host.Contains('.', StringComparison.Ordinal) && !text.Any(char.IsWhiteSpace);
}
