using Org.BouncyCastle.Crypto.Generators;
using System.Security.Cryptography;

namespace Absensi.Security;

/// <summary>bcrypt, in the document's (Laravel's) own <c>$2y$</c> spelling; <c>$2a$</c> and <c>$2b$</c> are accepted too.</summary>
public static class Passwords
{
    public const int Cost = 10;

    // One check costs a core about 70 ms. More at once than there are cores only makes each slower, and starves the taps.
    private static readonly SemaphoreSlim Gate = new(Environment.ProcessorCount);

    private static readonly string Nobody = Hash("nobody has this password");

    public static string Hash(string password) => OpenBsdBCrypt.Generate("2y", password.ToCharArray(), RandomNumberGenerator.GetBytes(16), Cost);

    /// <summary>Whether the password is the one of the hash. Without a hash it takes just as long and says no.</summary>
    public static async Task<bool> CheckAsync(string password, string? hash, CancellationToken cancel)
    {
        await Gate.WaitAsync(cancel);
        try
        {
            return await Task.Run(() => Matches(password, hash ?? Nobody), cancel) && hash is not null;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Twelve letters and digits that can't be taken for one another, in groups of four: about 59 bits.</summary>
    public static string Random()
    {
        var letters = RandomNumberGenerator.GetString("ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789", 12);
        return $"{letters[..4]}-{letters[4..8]}-{letters[8..]}";
    }

    private static bool Matches(string password, string hash)
    {
        try
        {
            return OpenBsdBCrypt.CheckPassword(hash, password.ToCharArray());
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IndexOutOfRangeException)
        {
            return false;
        }
    }
}
