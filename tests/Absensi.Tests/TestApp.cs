using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Absensi.Commands;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests;

/// <summary>One real node in this process: its own database in a temporary folder, its own port, spoken to over HTTP.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _folder;
    private int _people;

    private TestApp(WebApplication app, string? folder) => (_app, _folder) = (app, folder);

    public Uri Address { get; private init; } = null!;
    public IServiceProvider Services => _app.Services;
    public Database Database => Services.GetRequiredService<Database>();

    /// <param name="environment">Variables as a deployment would set them; without a database server each app gets a new SQLite file.</param>
    public static Task<TestApp> StartAsync(params (string Name, string Value)[] environment) => StartAsync(null, environment);

    /// <param name="database">Makes the app's database, where it is to be another than its settings'.</param>
    public static async Task<TestApp> StartAsync(Func<Settings, Database>? database, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(v => v.Name, v => v.Value);
        variables.TryAdd("APP_PORT", "0");
        variables.TryAdd("BCRYPT_COST", "4");
        variables.TryAdd("APP_TIMEZONE", Noon.Zone);
        var folder = variables.ContainsKey("ABSENSI_DATA") ? null : Directory.CreateTempSubdirectory("absensi-test-").FullName;
        variables.TryAdd("ABSENSI_DATA", folder ?? "");
        var settings = Settings.Parse(new SettingsSource(variables.GetValueOrDefault));
        var app = NodeApp.Build(settings, database?.Invoke(settings));
        await MigrateCommand.MigrateAsync(app.Services.GetRequiredService<Database>(), CancellationToken.None);
        await app.StartAsync();
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new TestApp(app, folder) { Address = new Uri($"http://127.0.0.1:{address.Port}") };
    }

    /// <summary>Adds a person who has no usable password; see <see cref="SignInAsync"/>.</summary>
    public async Task<long> AddPersonAsync(string role = Roles.Karyawan, string? name = null, string passwordHash = "none")
    {
        var number = Interlocked.Increment(ref _people);
        var id = await Services.GetRequiredService<Users>().AddAsync(
            name ?? $"Orang {number}", $"orang{number}@absensi.test", passwordHash, role, false, new DateTime(2025, 1, 1), CancellationToken.None);
        return id!.Value;
    }

    /// <summary>A browser of that person, logged in and on its first page.</summary>
    public async Task<TestClient> SignInAsync(long userId)
    {
        var token = await Services.GetRequiredService<Sessions>().StartAsync(userId, "127.0.0.1", "test", CancellationToken.None);
        var client = Anonymous();
        client.SetCookie("absensi_session", token);
        await client.GetAsync("/riwayat", json: false);
        return client;
    }

    public async Task<TestClient> NewEmployeeAsync(string? name = null) => await SignInAsync(await AddPersonAsync(name: name));
    public async Task<TestClient> NewAdminAsync() => await SignInAsync(await AddPersonAsync(Roles.Admin));
    public TestClient Anonymous() => new(Address);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>What a browser does: keeps cookies, sends the CSRF cookie back as a header the way axios does, follows nothing by itself.</summary>
public sealed class TestClient(Uri address) : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private HttpClient? _http;

    public HttpClient Http => _http ??= new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false }) { BaseAddress = address };
    public bool SendCsrf { get; set; } = true;
    public string? Cookie(string name) => _cookies.GetCookies(address)[name]?.Value;
    public void SetCookie(string name, string value) => _cookies.Add(address, new Cookie(name, value));

    public Task<Answer> GetAsync(string path, bool json = true) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), json);

    public Task<Answer> TapAsync(string path, string? key = null, object? body = null) =>
        PostAsync(path, JsonContent.Create(body ?? new { latitude = -6.2088, longitude = 106.8456 }), key: key);

    public Task<Answer> PostAsync(string path, HttpContent? content, bool json = true, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return SendAsync(request, json);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request, bool json)
    {
        request.Headers.Add("Accept", json ? "application/json" : "text/html");
        if (SendCsrf && Cookie("XSRF-TOKEN") is { } token) request.Headers.Add("X-XSRF-TOKEN", token);
        using var response = await Http.SendAsync(request);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public void Dispose() => _http?.Dispose();
}

/// <summary>A response, read to its end.</summary>
public sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    public string? Message => Json.GetProperty("message").GetString();
    public long EventId => Json.GetProperty("data").GetProperty("event_id").GetInt64();
    public string? Header(string name) => Headers.GetValueOrDefault(name);
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {Body}");
}
