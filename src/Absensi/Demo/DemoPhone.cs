using System.Net;
using System.Net.Http.Json;
using Absensi.Core.Attendance;
using Absensi.Security;

namespace Absensi.Demo;

/// <summary>A made-up person's phone: it opens the portal and taps, and when a node fails it taps again with the same key, as the page does.</summary>
internal sealed class DemoPhone(Uri address, Sessions sessions)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3), Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when the tap has been answered for good, whatever the answer.</summary>
    public async Task TapAsync(long userId, ClockKind kind, Position at, double accuracy, CancellationToken cancel)
    {
        var token = await sessions.StartAsync(userId, null, "demo", cancel);
        var cookies = new CookieContainer();
        cookies.Add(address, new Cookie("absensi_session", token));
        // Each request is a connection of its own, so that any node may get it.
        using var handler = new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero };
        using var http = new HttpClient(handler) { BaseAddress = address, Timeout = Patience };
        for (var key = Guid.NewGuid().ToString(); ;)
        {
            try
            {
                if (cookies.GetCookies(address)["XSRF-TOKEN"] is null) await http.GetAsync("/dashboard", cancel);
                using var request = new HttpRequestMessage(HttpMethod.Post, kind == ClockKind.In ? "/absensi/masuk" : "/absensi/pulang")
                {
                    Content = JsonContent.Create(new { latitude = at.Latitude, longitude = at.Longitude, accuracy }),
                    Headers = { { "Idempotency-Key", key }, { "X-XSRF-TOKEN", cookies.GetCookies(address)["XSRF-TOKEN"]?.Value ?? "" } },
                };
                using var answer = await http.SendAsync(request, cancel);
                if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests)) return;
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                // The node is gone; another will know the key.
            }

            await Task.Delay(Pause, cancel);
        }
    }
}
