using System.Net.WebSockets;
using Absensi.ClusterTests.Feed;
using Absensi.ClusterTests.Real;
using Absensi.Testing;

namespace Absensi.ClusterTests.Chaos;

/// <summary>A subscriber as a browser is one: when its connection ends it connects again, and goes on from the last event it has.</summary>
internal sealed class Follower(RealUp real, Visitor person)
{
    private readonly List<long> _seen = [];

    /// <summary>Every event it was ever given, in the order it came.</summary>
    public IReadOnlyList<long> Seen => _seen;
    public int Connections { get; private set; }

    /// <summary>Returns when it has the event that <paramref name="last"/> will tell.</summary>
    public async Task FollowAsync(Task<long> last)
    {
        while (!last.IsCompleted || (_seen.Count == 0 ? 0 : _seen[^1]) < await last)
        {
            await using var hub = await real.ReconnectAsync(person);
            Connections++;
            try
            {
                await hub.SubscribeAsync(_seen.Count == 0 ? 0 : _seen[^1]);
                await Task.WhenAny(hub.Closed, EndAsync(hub, last));
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException or WebSocketException or OperationCanceledException)
            {
                await Task.Delay(100);
            }

            _seen.AddRange(hub.EventIds);
        }
    }

    private static async Task EndAsync(HubClient hub, Task<long> last) => await hub.UntilEventAsync(await last);
}
