using System.Text;

namespace Absensi.Security;

/// <summary>What a new password has to be: 8 characters to 72 bytes (bcrypt reads no further), and nothing that is guessed first.</summary>
public static class PasswordRules
{
    public const int Shortest = 8, LongestBytes = 72;

    // What people reach for, once digits and signs at the ends are gone and 4 is an a again.
    private static readonly HashSet<string> Common = new(
        """
        password passwort passw pass sandi katasandi kata rahasia rahasiaku bismillah alhamdulillah allah akbar astaghfirullah indonesia indonesiaku indo jakarta bandung surabaya
        semarang medan makassar denpasar bali jogja yogyakarta bogor bekasi tangerang palembang merdeka garuda pancasila nusantara persib persija arema sayang sayangku sayangkamu
        cinta cintaku akucintakamu akusayangkamu kamu selamanya keluarga keluargaku mama papa ayah ibu anak anakku doraemon naruto sasuke qwerty qwertyuiop qwertyui qwertz azerty
        asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc wasd admin admin administrator adminadmin root superuser user pengguna karyawan pegawai kantor kantorku absen
        absensi absensiku hadir masuk login welcome selamat selamatdatang selamatpagi letmein iloveyou loveyou love ilove monkey dragon master shadow sunshine princess football
        baseball basketball superman batman spiderman pokemon starwars trustno whatever freedom hello helloworld hallo halo test testing tester coba cobacoba percobaan contoh demo
        default changeme gantisaya ganti secret secure server system sistem database laravel mysql oracle cisco ubuntu windows google facebook instagram whatsapp samsung android
        iphone computer komputer laptop internet manager manajer direktur sekretaris januari februari maret april mei juni juli agustus september oktober november desember senin
        selasa rabu kamis jumat sabtu minggu monday sunday summer winter spring autumn michael jordan jennifer jessica charlie thomas daniel ashley andrew budi andi agus siti dewi
        putri putra ahmad muhammad mohammad abdullah rizki fajar dian wahyu nurul abc abcd abcde abcdef abcdefg abcdefgh aaaa ninja hunter killer cheese cookie banana flower
        mustang ferrari porsche corvette liverpool chelsea arsenal barcelona madrid juventus manchester united sukses suksesselalu semangat bahagia berkah barokah
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    private static readonly string[] Runs = ["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb"];

    /// <returns>Null when it may be used; otherwise what is wrong, said to the person who chose it.</returns>
    public static string? Problem(string password, string name, string email)
    {
        if (password.Length < Shortest) return $"Kata sandi minimal {Shortest} karakter.";
        if (Encoding.UTF8.GetByteCount(password) > LongestBytes) return $"Kata sandi terlalu panjang: paling banyak {LongestBytes} huruf atau angka.";
        if (password.Contains('\0')) return "Kata sandi memuat karakter yang tidak dapat dipakai.";
        if (IsGuessed(password)) return "Kata sandi ini termasuk yang paling mudah ditebak. Gabungkan beberapa kata yang tidak berhubungan.";
        return IsOwn(password, name, email) ? "Kata sandi memuat nama atau email Anda. Pilih yang lain." : null;
    }

    public static bool IsGuessed(string password)
    {
        var lower = password.ToLowerInvariant();
        if (lower.Distinct().Count() <= 2 || IsRepeated(lower) || Runs.Any(run => IsRun(lower, run))) return true;
        var word = new string(Readable(lower.Trim([.. "0123456789!@#$%^&*()-_=+.,?/ "])).Where(char.IsLetter).ToArray());
        return word.Length < 3 || Common.Contains(word) || Common.Contains(new string(Readable(lower).Where(char.IsLetter).ToArray()));
    }

    private static string Readable(string text) => text.Replace('4', 'a').Replace('@', 'a').Replace('3', 'e').Replace('1', 'i').Replace('!', 'i').Replace('0', 'o').Replace('5', 's').Replace('$', 's').Replace('7', 't');

    // "abcabcabc": a short piece again and again.
    private static bool IsRepeated(string text) =>
        Enumerable.Range(1, text.Length / 2).Any(size => size <= 4 && text.Where((c, i) => c != text[i % size]).Count() == 0);

    private static bool IsRun(string text, string run) =>
        run.Contains(text, StringComparison.Ordinal) || new string(run.Reverse().ToArray()).Contains(text, StringComparison.Ordinal)
        || (text.Length <= run.Length + 4 && text.StartsWith(run[..Math.Min(8, run.Length)], StringComparison.Ordinal));

    // A password may hold a part of the name beside enough of something else.
    private static bool IsOwn(string password, string name, string email)
    {
        var rest = Parts($"{name} {email}").Aggregate(password.ToLowerInvariant(), (left, part) => left.Replace(part, "", StringComparison.Ordinal));
        return rest.Length < Shortest && rest.Length < password.Length;
    }

    private static IEnumerable<string> Parts(string text) => new string(text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' ').ToArray())
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(part => part.Length >= 3).OrderByDescending(part => part.Length);
}
