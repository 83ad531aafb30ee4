using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Absensi.ClusterTests;

/// <summary>What a browser does: keeps cookies and sends the CSRF cookie back as a header. Each request is a new connection, so any node may answer, unless it is to stay with one.</summary>
internal sealed class Browser : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;

    private Browser(Uri address, bool stays) => _http = new HttpClient(new SocketsHttpHandler
    {
        CookieContainer = _cookies,
        AllowAutoRedirect = false,
        UseProxy = false,
        PooledConnectionLifetime = stays ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        MaxConnectionsPerServer = stays ? 1 : int.MaxValue,
    })
    { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Signed in, with the tokens of a first page.</summary>
    public static async Task<Browser> OpenAsync(Cluster cluster, Person person, bool stays = false)
    {
        var browser = new Browser(cluster.Address, stays);
        browser._cookies.Add(cluster.Address, new Cookie("absensi_session", person.Token));
        var page = await browser.GetAsync("/riwayat", "text/html");
        return page.Status == 200 ? browser : throw new InvalidOperationException($"/riwayat: {page.Status}");
    }

    /// <summary>One whose connection is to this node, and stays there.</summary>
    public static async Task<Browser> OpenOnAsync(Cluster cluster, Person person, string nodeId)
    {
        while (true)
        {
            var browser = await OpenAsync(cluster, person, stays: true);
            if ((await browser.GetAsync("/health/live")).NodeId == nodeId) return browser;
            browser.Dispose();
        }
    }

    public static async Task<Browser> OpenSignedOutAsync(Cluster cluster)
    {
        var browser = new Browser(cluster.Address, stays: false);
        await browser.GetAsync("/login", "text/html");
        return browser;
    }

    public Task<Answer> GetAsync(string path, string accept = "application/json") => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), accept);

    public Task<Answer> LogInAsync(string email, string password) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, "/login") { Content = new FormUrlEncodedContent([new("email", email), new("password", password)]) }, "application/json");

    public Task<Answer> PostAsync(string path, object body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return SendAsync(request, "application/json");
    }

    public Task<Answer> TapAsync(string path, string? key = null) => PostAsync(path, new { latitude = -6.2088, longitude = 106.8456 }, key);

    /// <summary>Taps with one key until it is answered for good, as the page does when the network fails it.</summary>
    public async Task<Answer> TapUntilAnsweredAsync(string path, string key)
    {
        using var patience = new CancellationTokenSource(Program.Patience);
        while (true)
        {
            try
            {
                var answer = await TapAsync(path, key);
                if (answer.Status is not (503 or 429)) return answer;
            }
            catch (HttpRequestException)
            {
                // The node died, before or after its commit: the key will tell.
            }

            await Task.Delay(50, patience.Token);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request, string accept)
    {
        request.Headers.Add("Accept", accept);
        if (_cookies.GetCookies(_http.BaseAddress!)["XSRF-TOKEN"] is { } token) request.Headers.Add("X-XSRF-TOKEN", token.Value);
        using (request)
        {
            using var response = await _http.SendAsync(request);
            return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.TryGetValues("X-Node-ID", out var node) ? node.Single() : "");
        }
    }
}

/// <param name="NodeId">Empty where no node but the balancer answered.</param>
internal sealed record Answer(int Status, string Body, string NodeId)
{
    public long EventId => JsonDocument.Parse(Body).RootElement.GetProperty("data").GetProperty("event_id").GetInt64();
    public string Message => JsonDocument.Parse(Body).RootElement.GetProperty("message").GetString()!;
}
