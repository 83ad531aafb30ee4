using System.Security.Cryptography;
using System.Text;

namespace Absensi.Security;

/// <summary>
/// First passwords by the hundred: 28 letters and digits, 140 random bits. What can't be guessed needs no slow hash, so a
/// plain SHA-256 is kept of them until the first log-in puts bcrypt in its place (docs/decisions/0003).
/// </summary>
public static class OneTimeCodes
{
    // 32 that can't be taken for one another, none of which wants a shift key.
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
    private const string Mark = "$sha256$";
    private const int Length = 28, Group = 4;

    /// <summary>What the codes of one occasion come from: 256 random bits, which are kept nowhere.</summary>
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(32);

    /// <summary>The same code for the same key and label, and nothing about any other.</summary>
    public static string Derive(byte[] key, string label)
    {
        var bits = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(label));
        var code = new StringBuilder(Length + Length / Group);
        for (var i = 0; i < Length; i++)
        {
            if (i > 0 && i % Group == 0) code.Append('-');
            code.Append(Letters[bits[i] % Letters.Length]);
        }

        return code.ToString();
    }

    public static string Hash(string code) => Mark + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    public static bool IsHash(string? hash) => hash is not null && hash.StartsWith(Mark, StringComparison.Ordinal);

    public static bool Matches(string code, string hash) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Hash(code)), Encoding.UTF8.GetBytes(hash));
}
