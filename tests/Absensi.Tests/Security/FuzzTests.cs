using System.Text;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Security;

/// <summary>Nonsense on every route, from everyone: never a fault, never an inside view, never growing. <c>ABSENSI_FUZZ</c> sets how many requests.</summary>
[Collection("alone")]
public sealed class FuzzTests
{
    private const int MostTaken = 65_536;

    private static readonly string[]
        Methods = ["GET", "GET", "POST", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "FUZZ"],
        Words = ["", "0", "-1", "1", "9223372036854775807", "99999999999999999999", "1e308", "NaN", "null", "true", "'", "\"", "' OR 1=1--", "1; DROP TABLE users", "%00", "%0d%0a",
            "../../etc/passwd", "..%2f..%2f", "<script>", "{{7*7}}", "${jndi:x}", "=1+1", "２", "日本", "\ud83d\ude00", "2026-11-30", "2026-02-31", "9999-12-31", "0001-01-01", "2026-11-30.5",
            "Hadir", "7", "csv", "End", "EndAll", "Revoke", "ShutOut", "LetIn", "Reset", "Passwords", "a@b.c", "write:clock", new string('a', 3000), "%ff%fe", "\u202e", "a\tb"],
        Names = ["after", "limit", "dari", "sampai", "cari", "status", "sebelum", "sesudah", "format", "handler", "aksi", "sandi", "id", "name", "scope", "email", "password", "current", "again", "latitude", "longitude", "page", "area", "bulan", "peran", "role", "hasil", "berkas", "key", "karyawan"],
        Types = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/json; charset=utf-7", "x"],
        Headers = ["Accept", "Idempotency-Key", "X-XSRF-TOKEN", "Cookie", "Authorization", "Range", "If-None-Match", "Accept-Encoding", "Origin", "X-Forwarded-For", "Upgrade", "Content-Encoding", "Referer", "User-Agent"];

    [Fact]
    public async Task NothingThatIsSentBreaksAnything()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("ABSENSI_FUZZ"), out var many) ? many : 1500;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ABSENSI_FUZZ_SEED"), out var given) ? given : Random.Shared.Next();
        var random = new Random(seed);
        await using var app = await TestApp.StartAsync(("SESSION_LIFETIME", "600"));
        var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null).Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')).Distinct().ToArray();
        var admin = await app.AddPersonAsync(Roles.Admin);
        long before = 0;
        TestClient[] clients = [];

        for (var i = 0; i < count; i++)
        {
            if (i % 250 == 0) clients = await ClientsAsync(app, admin, clients);
            if (i == Math.Max(500, count / 10)) before = GC.GetTotalMemory(forceFullCollection: true);
            var client = clients[random.Next(clients.Length)];
            using var request = Request(random, routes);
            if (random.Next(3) > 0 && client.Cookie("XSRF-TOKEN") is { } token) request.Headers.TryAddWithoutValidation("X-XSRF-TOKEN", token);
            var line = $"seed {seed}, request {i}: {request.Method} {request.RequestUri}";
            using var response = await SendAsync(client, request, line);
            if (response is null) continue;
            var body = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode < 500, $"{line}: {(int)response.StatusCode} {body[..Math.Min(body.Length, 500)]}");
            Assert.False(body.Contains("   at ", StringComparison.Ordinal) || body.Contains("Exception", StringComparison.Ordinal), $"{line}: shows its inside: {body[..Math.Min(body.Length, 500)]}");
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 48 << 20, $"seed {seed}: {grown >> 20} MB more after {count} requests");
        Array.ForEach(clients, c => c.Dispose());
    }

    /// <returns>Null where the server hung up on a body that is longer than it takes, while it was still being sent.</returns>
    private static async Task<HttpResponseMessage?> SendAsync(TestClient client, HttpRequestMessage request, string line)
    {
        try
        {
            return await client.Http.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (HttpRequestException fault)
        {
            Assert.True(request.Content?.Headers.ContentLength > MostTaken, $"{line}: {fault} {request} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync())}");
            return null;
        }
    }

    private static async Task<TestClient[]> ClientsAsync(TestApp app, long admin, TestClient[] old)
    {
        Array.ForEach(old, c => c.Dispose());
        var nobody = app.Anonymous();
        await nobody.GetAsync("/login", json: false);
        var employee = await app.AddPersonAsync();
        return [nobody, await app.SignInAsync(employee), await app.SignInAsync(admin), await app.ProgramAsync(Scopes.ReadAttendance, admin, admin), await app.ProgramAsync(Scopes.WriteClock, employee, admin)];
    }

    private static HttpRequestMessage Request(Random random, string[] routes)
    {
        string Pick(string[] from) => from[random.Next(from.Length)];
        var path = random.Next(20) == 0 ? "/" + Uri.EscapeDataString(Pick(Words)) : Fill(Pick(routes), () => random.Next(3) == 0 ? "1" : Uri.EscapeDataString(Pick(Words)));
        var query = string.Join('&', Enumerable.Range(0, random.Next(4)).Select(_ => $"{Pick(Names)}={(random.Next(2) == 0 ? Uri.EscapeDataString(Pick(Words)) : Pick(Words).Replace(' ', '+').Replace("#", "", StringComparison.Ordinal))}"));
        var url = $"{path}{(query.Length > 0 ? "?" + query : "")}";
        var request = new HttpRequestMessage(new HttpMethod(Pick(Methods)), new Uri(url.Length > 7000 ? path[..Math.Min(path.Length, 7000)] : url, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", random.Next(2) == 0 ? "application/json" : "text/html");
        for (var i = random.Next(3); i > 0; i--) request.Headers.TryAddWithoutValidation(Pick(Headers), Ascii(Pick(Words)));
        if (random.Next(2) == 0 && request.Method.Method is not ("GET" or "HEAD"))
        {
            request.Content = new ByteArrayContent(Body(random, Pick));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", Pick(Types));
            request.Headers.ConnectionClose = request.Content.Headers.ContentLength > MostTaken;
        }

        return request;
    }

    private static byte[] Body(Random random, Func<string[], string> pick)
    {
        switch (random.Next(7))
        {
            case 0: return Encoding.UTF8.GetBytes(new string('[', 5000));
            case 1: return Encoding.UTF8.GetBytes($$"""{"latitude":{{pick(Words)}},"longitude":"{{pick(Words)}}","name":{{pick(Words)}}}""");
            case 2: return Encoding.UTF8.GetBytes($$"""{"latitude":-6.2,"longitude":106.8,"accuracy":1e400,"name":"x","scope":"write:clock","email":"{{pick(Words)}}"}""");
            case 3: return Encoding.UTF8.GetBytes(string.Join('&', Enumerable.Range(0, random.Next(1500)).Select(i => $"{pick(Names)}={(i < 5 ? pick(Words) : "x")}")));
            case 4: return Encoding.UTF8.GetBytes($"--x\r\nContent-Disposition: form-data; name=\"{pick(Names)}\"\r\n\r\n{pick(Words)}\r\n--x--");
            case 5: return new byte[66_000];
            default:
                var noise = new byte[random.Next(2000)];
                random.NextBytes(noise);
                return noise;
        }
    }

    private static string Fill(string route, Func<string> value) => System.Text.RegularExpressions.Regex.Replace(route, @"\{[^}]*\}", _ => value());

    private static string Ascii(string text) => new(text.Where(c => c is >= ' ' and < (char)127).ToArray());
}

/// <summary>For what measures this process's memory: nothing runs beside it.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
