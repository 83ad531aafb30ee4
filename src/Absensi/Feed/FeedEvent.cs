using System.Text;
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
