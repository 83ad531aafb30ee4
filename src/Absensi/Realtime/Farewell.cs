using System.Diagnostics;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Absensi.Realtime;

/// <summary>Tells everyone who is connected, when the process is about to stop, that connecting again is welcome: another server takes them.</summary>
public sealed class Farewell(Listeners listeners, IHostApplicationLifetime lifetime) : IHostedService
{
    // What is written is not yet sent, and the framework would drop it: so it waits until they have gone, or have had their time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public Task StartAsync(CancellationToken cancel)
    {
        // Registered last, so run first: the framework closes the connections at the same signal.
        lifetime.ApplicationStopping.Register(() => TellAsync().GetAwaiter().GetResult());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;

    private async Task TellAsync()
    {
        var farewell = new CloseMessage(error: null, allowReconnect: true);
        foreach (var listener in listeners.All) _ = listener.Connection.WriteAsync(farewell).AsTask();
        for (var since = Stopwatch.StartNew(); listeners.All.Any() && since.Elapsed < Patience;) await Task.Delay(20);
    }
}
