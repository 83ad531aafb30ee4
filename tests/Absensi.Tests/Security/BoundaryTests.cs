using System.Net.Sockets;
using System.Text;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Security;

/// <summary>What stands between this site and others: proxies, cookies, CSRF, CORS, headers.</summary>
public sealed class BoundaryTests
{
    [Fact]
    public async Task WithoutATrustedProxyForwardedHeadersMeanNothing()
    {
        await using var app = await TestApp.StartAsync();
        using var browser = app.Anonymous();
        browser.Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        for (var i = 0; i < 6; i++)
        {
            browser.Http.DefaultRequestHeaders.Remove("X-Forwarded-For");
            browser.Http.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{i}");
            var answer = await browser.LoginAsync("nobody@absensi.test", "wrong");
            Assert.Equal(i < 5 ? 422 : 429, answer.Status);
            Assert.Null(answer.Header("Strict-Transport-Security"));
        }

        Assert.All(await app.QueryAsync<string>("SELECT address FROM audit_logs"), address => Assert.Equal("127.0.0.1", address));
    }

    [Fact]
    public async Task ATrustedProxyIsBelievedForTheLastCallerItSaw()
    {
        await using var app = await TestApp.StartAsync(("TRUSTED_PROXIES", "127.0.0.0/8, ::1"));
        using var browser = app.Anonymous();
        browser.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "10.9.8.7, 203.0.113.9");

        await browser.LoginAsync("nobody@absensi.test", "wrong");

        Assert.Equal("203.0.113.9", (await app.QueryAsync<string>("SELECT address FROM audit_logs")).Single());
    }

    [Fact]
    public async Task BehindTlsCookiesAreSecureAndBoundToTheHost()
    {
        await using var app = await TestApp.StartAsync(("APP_URL", "https://absensi.example.id"));
        var (_, email) = await app.AddPersonWithPasswordAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = app.Address };
        var page = await http.GetAsync("/login");
        var cookies = page.Headers.GetValues("Set-Cookie").ToList();
        var token = cookies.Single(c => c.StartsWith("XSRF-TOKEN=", StringComparison.Ordinal)).Split(';')[0].Split('=', 2)[1];
        var post = new HttpRequestMessage(HttpMethod.Post, "/login") { Content = Visitor.Form(("email", email), ("password", Visitor.Password)) };
        post.Headers.Add("Cookie", string.Join("; ", cookies.Select(c => c.Split(';')[0])));
        post.Headers.Add("X-XSRF-TOKEN", token);

        var answer = await http.SendAsync(post);

        Assert.Equal(302, (int)answer.StatusCode);
        var set = answer.Headers.GetValues("Set-Cookie").Concat(cookies).ToList();
        Assert.All(set, c => Assert.Contains("; secure", c));
        var session = set.Single(c => c.StartsWith("__Host-absensi_session=", StringComparison.Ordinal));
        Assert.Contains("; httponly", session);
        Assert.Contains("; samesite=lax", session);
        Assert.Contains("; path=/", session);
        Assert.DoesNotContain("domain", session);
        Assert.Contains("max-age=", answer.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task EveryAnswerTellsBrowsersToTrustNothingElse()
    {
        await using var app = await TestApp.StartAsync();
        using var nobody = app.Anonymous();

        foreach (var path in (string[])["/login", "/nothing", "/api/events", "/health/live", "/favicon.svg"])
        {
            var answer = await nobody.GetAsync(path, json: false);
            Assert.Contains("default-src 'none'", answer.Header("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", answer.Header("Content-Security-Policy"));
            Assert.DoesNotContain("unsafe", answer.Header("Content-Security-Policy"));
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.NotNull(answer.Header("Referrer-Policy"));
            Assert.NotNull(answer.Header("Permissions-Policy"));
            Assert.Null(answer.Header("Server"));
        }

        foreach (var path in (string[])["/login", "/api/events", "/nothing"]) Assert.Contains("no-store", (await nobody.GetAsync(path, json: false)).Header("Cache-Control"));
    }

    [Fact]
    public async Task AWriteWithoutTheFormTokenIsRefusedAndSaysWhatToDo()
    {
        await using var app = await TestApp.StartAsync();
        using var employee = await app.NewEmployeeAsync();
        employee.SendCsrf = false;

        var api = await employee.TapAsync("/absensi/masuk");
        var page = await employee.PostAsync("/logout", null, json: false);

        Assert.Equal((419, "Sesi formulir kedaluwarsa. Muat ulang halaman."), (api.Status, api.Message));
        Assert.Equal(419, page.Status);
        Assert.Contains("Sesi formulir kedaluwarsa", page.Body);
        Assert.Equal(200, (await employee.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task AnotherPersonsFormTokenIsNoToken()
    {
        await using var app = await TestApp.StartAsync();
        using var attacker = await app.NewEmployeeAsync();
        using var victim = await app.NewEmployeeAsync();
        victim.SetCookie("XSRF-TOKEN", attacker.Cookie("XSRF-TOKEN")!);
        victim.SetCookie("absensi_csrf", attacker.Cookie("absensi_csrf")!);

        Assert.Equal(419, (await victim.TapAsync("/absensi/masuk")).Status);
    }

    [Fact]
    public async Task AnAuthorizationHeaderDoesNotTurnTheFormTokenOff()
    {
        await using var app = await TestApp.StartAsync();
        using var employee = await app.NewEmployeeAsync();
        employee.SendCsrf = false;
        employee.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer nonsense");

        Assert.Equal(401, (await employee.TapAsync("/absensi/masuk")).Status);
        Assert.Equal(419, (await employee.PostAsync("/logout", null)).Status);
    }

    [Fact]
    public async Task OtherSitesScriptsAreShutOutUnlessNamed()
    {
        await using var closed = await TestApp.StartAsync();
        await using var open = await TestApp.StartAsync(("CORS_ORIGINS", "https://hr.example.id"));

        Assert.Null(await AllowedOriginAsync(closed, "https://hr.example.id"));
        Assert.Equal("https://hr.example.id", await AllowedOriginAsync(open, "https://hr.example.id"));
        Assert.Null(await AllowedOriginAsync(open, "https://evil.example"));
        Assert.Null(await AllowedOriginAsync(open, "null"));
    }

    [Theory]
    [InlineData("TRUSTED_PROXIES", "everyone")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/40")]
    [InlineData("CORS_ORIGINS", "*")]
    [InlineData("CORS_ORIGINS", "https://hr.example.id/path")]
    [InlineData("BCRYPT_COST", "3")]
    [InlineData("BCRYPT_COST", "16")]
    [InlineData("SESSION_ABSOLUTE", "0")]
    public void AWrongSettingIsNamed(string name, string value) =>
        Assert.StartsWith(name + "=", Assert.Throws<SettingsException>(() => Settings.Parse(new SettingsSource(n => n == name ? value : null))).Message);

    [Fact]
    public async Task NothingThatIsSentBecomesAHeader()
    {
        await using var app = await TestApp.StartAsync();

        foreach (var target in (string[])["/%0d%0aX-Evil:%201", "/riwayat?dari=%0d%0aX-Evil:%201", "/riwayat/1%0d%0aX-Evil:%201", "/login?x=%0aX-Evil:1", "//evil.example/", "/\\evil.example"])
        {
            var answer = await RawAsync(app, $"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            var head = answer.Split("\r\n\r\n")[0];
            Assert.DoesNotContain("\nX-Evil", head);
            Assert.DoesNotContain("Location: //", head);
            Assert.DoesNotContain("evil.example", head);
        }
    }

    [Theory]
    [InlineData("GET /login HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /dashboard HTTP/1.1\r\nHost: evil.example\r\nX-Original-URL: /admin/dashboard\r\nX-Rewrite-URL: /admin/dashboard\r\nConnection: close\r\n\r\n")]
    public async Task TheHostHeaderIsNotEchoed(string request)
    {
        await using var app = await TestApp.StartAsync();

        Assert.DoesNotContain("evil.example", await RawAsync(app, request));
    }

    [Theory]
    [InlineData("POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /admin/dashboard HTTP/1.1\r\nHost: a\r\n\r\n", 4)]
    [InlineData("POST /absensi/masuk HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n", 4)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 4)]
    [InlineData("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 4)]
    [InlineData("TRACE /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 4)]
    public async Task RequestsOutOfShapeAreRefused(string request, int kind)
    {
        await using var app = await TestApp.StartAsync();

        var answer = await RawAsync(app, request);

        Assert.Equal($"HTTP/1.1 {kind}", answer[..10]);
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
    }

    [Fact]
    public async Task HeadersLongerThanAnyBrowsersAreRefused()
    {
        await using var app = await TestApp.StartAsync();

        var answer = await RawAsync(app, $"GET /login HTTP/1.1\r\nHost: a\r\nX-Long: {new string('x', 40_000)}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431", answer);
    }

    [Fact]
    public async Task NamesAndUserAgentsAreShownAsTextNotAsMarkup()
    {
        const string evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
        await using var app = await TestApp.StartAsync();
        using var employee = await app.NewEmployeeAsync(evil);
        var id = (await employee.TapAsync("/absensi/masuk")).Json.GetProperty("data").GetProperty("id").GetInt64();
        var (_, email) = await app.AddPersonWithPasswordAsync();
        using var visitor = app.Anonymous();
        visitor.Http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", evil);
        await visitor.LoginAsync(email);
        using var admin = await app.NewAdminAsync();

        foreach (var (client, path) in ((TestClient, string)[])
            [(admin, "/admin/dashboard"), (admin, "/riwayat"), (admin, $"/riwayat/{id}"), (admin, "/admin/audit"), (admin, "/admin/token"), (employee, "/dashboard"), (employee, "/profil"), (visitor, "/profil")])
        {
            var page = (await client.GetAsync(path, json: false)).Body;
            Assert.DoesNotContain("<script>alert", page);
            Assert.DoesNotContain("<img src=x", page);
        }
    }

    [Fact]
    public async Task AFaultIsToldOnAPageEvenToThoseWhoAreLoggedIn()
    {
        await using var app = await TestApp.StartAsync();
        using var employee = app.Anonymous();
        employee.SetCookie("absensi_session", await app.Services.GetRequiredService<Sessions>().StartAsync(await app.AddPersonAsync(), "127.0.0.1", "test", CancellationToken.None));
        await app.ExecuteAsync("ALTER TABLE sessions RENAME TO sessions_gone");

        var page = await employee.GetAsync("/riwayat", json: false);

        Assert.Equal(500, page.Status);
        Assert.Contains("Terjadi kesalahan sistem", page.Body);
        Assert.DoesNotContain("sessions", page.Body);
    }

    private static async Task<string?> AllowedOriginAsync(TestApp app, string origin)
    {
        using var client = app.Anonymous();
        var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/events");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        var answer = await client.SendAsync(preflight, json: true);
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        return answer.Header("Access-Control-Allow-Origin");
    }

    private static async Task<string> RawAsync(TestApp app, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        socket.ReceiveTimeout = 10_000;
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
