using Absensi.Core.Events;

namespace Absensi.Feed;

/// <summary>A log entry ready to be sent: encoded once, however many listen, and not at all where nobody does.</summary>
public sealed class FeedEvent(LogEntry entry)
{
    private byte[]? _json;

    public long Id { get; } = entry.Id;
    public long UserId { get; } = entry.UserId;
    public string Name { get; } = entry.EventType;

    /// <summary>The document's event as UTF-8 JSON.</summary>
    public byte[] Json => _json ??= entry.ToWire();
}

/// <summary>Events in order, and how far the log has been read for them: nothing that was asked for is missing up to there.</summary>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Events, long UpTo);
