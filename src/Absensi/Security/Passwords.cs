using System.Globalization;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;

namespace Absensi.Security;

/// <summary>bcrypt, in the document's (Laravel's) own <c>$2y$</c> spelling; <c>$2a$</c> and <c>$2b$</c> are accepted too.</summary>
public static class Passwords
{
    /// <summary>About 70 ms of a core for a check. <c>BCRYPT_COST</c> sets another.</summary>
    public const int Cost = 10;

    private static readonly string Nobody = Hash("nobody has this password");

    public static string Hash(string password, int cost = Cost) => OpenBsdBCrypt.Generate("2y", password.ToCharArray(), RandomNumberGenerator.GetBytes(16), cost);

    public static Task<string> HashAsync(string password, int cost, CancellationToken cancel) => PasswordThreads.RunAsync(() => Hash(password, cost), cancel);

    /// <summary>
    /// Whether the password is the one of the hash. Without a hash of this kind it takes as long as <paramref name="standIn"/> takes:
    /// neither who exists nor who has yet to log in for the first time can be told by the clock.
    /// </summary>
    public static async Task<bool> CheckAsync(string password, string? hash, string? standIn, CancellationToken cancel)
    {
        var used = IsBcrypt(hash) ? hash! : IsBcrypt(standIn) ? standIn! : Nobody;
        var matches = await PasswordThreads.RunAsync(() => Matches(password, used), cancel);
        return OneTimeCodes.IsHash(hash) ? OneTimeCodes.Matches(password, hash!) : matches && used == hash;
    }

    /// <summary>Whether the hash was made with less work than new ones are, or with none.</summary>
    public static bool IsWeak(string hash, int cost) => CostOf(hash) < cost;

    /// <summary>Twelve letters and digits that can't be taken for one another, in groups of four: about 69 bits.</summary>
    public static string Random()
    {
        var letters = RandomNumberGenerator.GetString("ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789", 12);
        return $"{letters[..4]}-{letters[4..8]}-{letters[8..]}";
    }

    public static bool IsBcrypt(string? hash) => hash is not null && CostOf(hash) > 0;

    // "$2y$10$…"; 0 where it is none.
    private static int CostOf(string hash) =>
        hash.Length == 60 && hash.StartsWith("$2", StringComparison.Ordinal) && int.TryParse(hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static bool Matches(string password, string hash)
    {
        try
        {
            return OpenBsdBCrypt.CheckPassword(hash, password.ToCharArray());
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IndexOutOfRangeException or CryptoException)
        {
            return false;
        }
    }
}
