using System.Security.Cryptography;
using System.Text;

namespace MySqlConnector.Protocol;

/// <summary>Answers to the server's challenge. A method that would show the password in the clear is not among them.</summary>
internal static class Authentication
{
    public const string Native = "mysql_native_password";
    public const string CachingSha2 = "caching_sha2_password";

    public const byte Sha2RequestKey = 2;
    public const byte Sha2Accepted = 3;
    public const byte Sha2FullAuthentication = 4;

    /// <param name="method">The method the server names.</param>
    /// <param name="nonce">Its challenge of 20 bytes.</param>
    /// <param name="password">An empty one is answered with nothing.</param>
    public static byte[] Answer(string method, ReadOnlySpan<byte> nonce, string password)
    {
        if (method is not (Native or CachingSha2))
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, $"The server asks for the authentication method '{method}', which this driver does not have.");
        if (nonce.Length != 20) throw MySqlException.Malformed("a challenge that is not 20 bytes");
        if (password.Length == 0) return [];
        var secret = Encoding.UTF8.GetBytes(password);
        return method == Native ? NativeAnswer(nonce, secret) : Sha2Answer(nonce, secret);
    }

    /// <summary>The password as sent over a channel nobody else can read: with its closing zero.</summary>
    public static byte[] Plain(string password) => [.. Encoding.UTF8.GetBytes(password), 0];

    /// <summary>The password for a channel others can read: mixed with the challenge, sealed with the server's RSA key.</summary>
    public static byte[] Sealed(string password, ReadOnlySpan<byte> nonce, string publicKeyPem)
    {
        var mixed = Plain(password);
        for (var i = 0; i < mixed.Length; i++) mixed[i] ^= nonce[i % nonce.Length];
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(publicKeyPem);
            return rsa.Encrypt(mixed, RSAEncryptionPadding.OaepSHA1);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, "The server's public key cannot be used.", e);
        }
    }

#pragma warning disable CA5350 // The protocol's own method; kept for MariaDB, whose default it is.
    private static byte[] NativeAnswer(ReadOnlySpan<byte> nonce, byte[] secret)
    {
        var once = SHA1.HashData(secret);
        var twice = SHA1.HashData(once);
        return Xor(once, SHA1.HashData([.. nonce, .. twice]));
    }
#pragma warning restore CA5350

    private static byte[] Sha2Answer(ReadOnlySpan<byte> nonce, byte[] secret)
    {
        var once = SHA256.HashData(secret);
        var twice = SHA256.HashData(once);
        return Xor(once, SHA256.HashData([.. twice, .. nonce]));
    }

    private static byte[] Xor(byte[] left, byte[] right)
    {
        for (var i = 0; i < left.Length; i++) left[i] ^= right[i];
        return left;
    }
}
