using Absensi.Security;
using Absensi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Realtime;

internal static class HubClients
{
    /// <summary>Connects as that person, with a session of its own.</summary>
    public static async Task<HubClient> ConnectAsync(this TestApp app, long person, int? receiveBuffer = null)
    {
        var session = await app.Services.GetRequiredService<Sessions>().StartAsync(person, null, null, CancellationToken.None);
        return await HubClient.ConnectAsync(app.Address, session, null, receiveBuffer);
    }

    /// <summary>Subscribes in the session of a browser that is logged in.</summary>
    public static async Task<HubClient> ListenAsync(this TestApp app, TestClient browser, long? after)
    {
        var client = await HubClient.ConnectAsync(app.Address, browser.Cookie("absensi_session"));
        await client.SubscribeAsync(after);
        return client;
    }
}
