using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Absensi.Core.Events;

/// <summary>
/// Each entry's hash covers the hash before it and everything the entry says, so that no entry can be changed, taken
/// out, put in or moved without every later hash being wrong.
/// </summary>
public static class HashChain
{
    /// <summary>What the first entry is chained to.</summary>
    public static readonly string Genesis = new('0', 64);

    /// <summary>
    /// SHA-256 over lines (UTF-8, each ended by <c>\n</c>): previous hash, id, attendance id, user id, event type, node,
    /// request id, time; then the payload in its canonical spelling. Absent values are empty lines.
    /// </summary>
    public static string Compute(string previousHash, LogEntry entry)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $"{previousHash}\n{entry.Id}\n{entry.AttendanceId}\n{entry.UserId}\n{entry.EventType}\n{entry.NodeId}\n{entry.RequestId}\n{entry.CreatedAt:yyyy-MM-dd HH:mm:ss}\n");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(head));
        hash.AppendData(CanonicalJson.From(entry.Payload));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static LogEntry Chain(string previousHash, LogEntry entry) => entry with { Hash = Compute(previousHash, entry) };
}
