using Absensi.Core.Attendance;

namespace Absensi.Core.Events;

/// <summary>
/// Goes along the log from its first entry and finds where it stops being what it must be: numbers without a gap, each
/// hash made from the one before and all the entry says, columns that say what the payload says. Needs only the last entry.
/// </summary>
public sealed class ChainCheck
{
    public long LastId { get; private set; }
    public string LastHash { get; private set; } = HashChain.Genesis;

    /// <returns>What is wrong with the entry that follows, in words; null when nothing is.</returns>
    public string? Next(LogEntry entry)
    {
        if (entry.Id != LastId + 1) return $"entry {LastId + 1} is missing: after entry {LastId} comes entry {entry.Id}";
        if (Expected(entry) is var expected && entry.Hash != expected)
            return $"entry {entry.Id} is not what was written: its stored hash is {entry.Hash}, its content after entry {LastId} makes {expected}";
        if (Disagreement(entry) is { } disagreement) return $"entry {entry.Id} contradicts itself: {disagreement}";
        (LastId, LastHash) = (entry.Id, entry.Hash);
        return null;
    }

    /// <returns>What is wrong with the head after all entries, in words; null when nothing is.</returns>
    public string? End(long headId, string headHash)
    {
        if (headId != LastId) return $"the log ends with entry {LastId}, event_head says it ends with entry {headId}";
        return headHash == LastHash ? null : $"event_head holds the hash {headHash}, entry {LastId} has {LastHash}";
    }

    private string Expected(LogEntry entry)
    {
        try
        {
            return HashChain.Compute(LastHash, entry);
        }
        catch (System.Text.Json.JsonException)
        {
            return "none: its payload is no JSON";
        }
    }

    private static string? Disagreement(LogEntry entry)
    {
        if (entry.EventType is not (EventTypes.Created or EventTypes.Updated)) return null;
        AttendanceFact fact;
        try
        {
            fact = AttendanceFact.Parse(entry.Payload);
        }
        catch (FormatException fault)
        {
            return $"its payload is {fault.Message}";
        }

        (string Column, object? Stored, object? Said)[] columns =
        [
            ("attendance_id", entry.AttendanceId, fact.Id), ("user_id", entry.UserId, fact.UserId), ("event_type", entry.EventType, fact.EventType),
            ("node_id", entry.NodeId, fact.NodeId), ("created_at", entry.CreatedAt, fact.Timestamp),
        ];
        foreach (var (column, stored, said) in columns)
            if (!Equals(stored, said)) return $"its {column} is {StoredValue.Print(stored)}, its payload says {StoredValue.Print(said)}";
        return null;
    }
}

/// <summary>Stored values as a difference names them.</summary>
public static class StoredValue
{
    public static string Print(object? value) => value switch
    {
        null => "nothing",
        DateTime time => time.ToString(time.Millisecond == 0 ? AttendanceFact.TimeFormat : "yyyy-MM-dd HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
