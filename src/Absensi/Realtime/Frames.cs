using System.Buffers;
using System.Text;
using Absensi.Feed;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Absensi.Realtime;

/// <summary>Events as SignalR's JSON protocol has them. Several go as one write, so that a burst costs one frame.</summary>
internal static class Frames
{
    public const string Protocol = "json";

    /// <summary>About 40 KB: what a reader that does not read can have waiting beyond its buffer.</summary>
    public const int MostEvents = 100;

    private const byte RecordSeparator = 0x1e;

    public static SerializedHubMessage Encode(IReadOnlyList<FeedEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>(events.Sum(e => e.Json.Length + 64));
        foreach (var e in events)
        {
            buffer.Write("{\"type\":1,\"target\":\""u8);
            buffer.Write(Encoding.ASCII.GetBytes(e.Name));
            buffer.Write("\",\"arguments\":["u8);
            buffer.Write(e.Json);
            buffer.Write("]}"u8);
            buffer.Write([RecordSeparator]);
        }

        return new SerializedHubMessage([new SerializedMessage(Protocol, buffer.WrittenMemory)]);
    }
}
