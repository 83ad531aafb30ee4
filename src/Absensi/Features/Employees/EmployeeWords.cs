namespace Absensi.Features.Employees;

/// <summary>Why a change was not made, and what to do instead.</summary>
public static class EmployeeWords
{
    public const string Taken = "Email ini sudah dipakai orang lain. Periksa ejaannya, atau cari emailnya di daftar karyawan.";

    public static string Of(Change change) => change switch
    {
        Change.Oneself => "Anda tidak dapat mengubah akses Anda sendiri. Mintalah admin lain melakukannya.",
        Change.LastAdmin => "Ini satu-satunya admin yang aktif. Jadikan orang lain admin terlebih dahulu.",
        Change.EmailTaken => Taken,
        _ => "Orang ini tidak ditemukan. Muat ulang daftar karyawan.",
    };
}
