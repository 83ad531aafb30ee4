namespace Absensi.Demo;

/// <summary>A made-up employee. Number and seed decide everything, so the tenth of forty is also the tenth of a hundred.</summary>
internal sealed record DemoPerson(int Number, string Name, string Email);

/// <summary>Names as one meets them across the archipelago; no two people share one until every pair has been used.</summary>
internal static class DemoPeople
{
    public const string Domain = "demo.absensi.local";

    // The number of pairs has no factor in common with this, so stepping by it visits each pair once.
    private const int Step = 1597;

    private static readonly string[] First =
    [
        "Adi", "Agus", "Ahmad", "Aisyah", "Andi", "Anisa", "Ayu", "Bagus", "Bambang", "Bayu", "Budi", "Citra", "Dedi", "Desi", "Dewi", "Dian", "Eka", "Eko",
        "Fajar", "Farah", "Fitri", "Galih", "Gita", "Hadi", "Hendra", "Ika", "Indah", "Intan", "Iwan", "Joko", "Kadek", "Ketut", "Komang", "Kurnia", "Laila",
        "Lestari", "Lina", "Made", "Maria", "Maya", "Mega", "Muhammad", "Nadia", "Ni Luh", "Nur", "Putri", "Rahmat", "Rani", "Ratna", "Rina", "Rizki", "Sari",
        "Sinta", "Siti", "Sri", "Tono", "Tri", "Wahyu", "Wayan", "Yuni", "Yusuf", "Zahra",
    ];

    private static readonly string[] Last =
    [
        "Anggraini", "Ardiansyah", "Aritonang", "Astuti", "Gunawan", "Hakim", "Halim", "Handayani", "Harahap", "Hartono", "Hasanuddin", "Hidayat", "Kusuma",
        "Kusnadi", "Lubis", "Mahardika", "Manurung", "Maulana", "Mulyani", "Nasution", "Ningsih", "Nugraha", "Nugroho", "Nurhaliza", "Pangestu", "Permana",
        "Pertiwi", "Pranata", "Pratama", "Prasetyo", "Purnama", "Putra", "Rahayu", "Rahmawati", "Ramadhan", "Saputra", "Santoso", "Sembiring", "Setiawan",
        "Siahaan", "Simanjuntak", "Sinaga", "Siregar", "Situmorang", "Suharto", "Sukmawati", "Sulistyo", "Supriyadi", "Suryani", "Susanti", "Sutanto", "Sutrisno",
        "Syahputra", "Tambunan", "Tanjung", "Utami", "Wardhana", "Wibowo", "Wicaksono", "Widodo", "Wijaya", "Wulandari", "Yulianti",
    ];

    /// <param name="number">From 1.</param>
    public static DemoPerson Create(int number, int seed)
    {
        var pairs = First.Length * Last.Length;
        var pair = (int)(((long)number * Step + (uint)seed) % pairs);
        var (first, last) = (First[pair / Last.Length], Last[pair % Last.Length]);
        var again = (number - 1) / pairs;
        var address = $"{first}.{last}{(again == 0 ? "" : again + 1)}".Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return new DemoPerson(number, $"{first} {last}", $"{address}@{Domain}");
    }
}
