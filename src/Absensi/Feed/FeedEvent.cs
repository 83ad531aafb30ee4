using Absensi.Core.Events;

namespace Absensi.Feed;

/// <summary>A log entry ready to be sent: encoded once, however many listen.</summary>
public sealed class FeedEvent(LogEntry entry)
{
    public long Id { get; } = entry.Id;
    public long UserId { get; } = entry.UserId;
    public string Name { get; } = entry.EventType;

    /// <summary>The document's event as UTF-8 JSON.</summary>
    public byte[] Json { get; } = entry.ToWire();
}

/// <summary>Events in order, and how far the log has been read for them: nothing that was asked for is missing up to there.</summary>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Events, long UpTo);
