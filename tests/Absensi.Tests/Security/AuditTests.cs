using System.Collections.Concurrent;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Absensi.Tests.Security;

public sealed class AuditTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task WhatMattersIsWrittenDownWithWhoAndWhereFrom()
    {
        var (id, email) = await _app.AddPersonWithPasswordAsync();
        using var browser = _app.Anonymous();
        await browser.LoginAsync(email, "wrong");
        await browser.LoginAsync(email);
        var row = (await browser.TapAsync("/absensi/masuk")).Json.GetProperty("data").GetProperty("id").GetInt64();
        await browser.GetAsync($"/riwayat/{row}");
        await browser.PostAsync("/logout", null);
        using var admin = await _app.NewAdminAsync();
        await admin.GetAsync($"/riwayat/{row}");
        await admin.PostJsonAsync("/api/tokens", new { name = "Layar", scope = Scopes.ReadAttendance });

        var rows = (await _app.Services.GetRequiredService<AuditLog>().PageAsync(null, null, 100, CancellationToken.None)).Reverse().ToList();

        Assert.Equal([AuditActions.LoginRefused, AuditActions.LoggedIn, AuditActions.LoggedOut, AuditActions.LocationViewed, AuditActions.TokenMade], rows.Select(r => r.Action));
        Assert.Equal([null, "Orang 1", "Orang 1", "Orang 2", "Orang 2"], rows.Select(r => r.UserName));
        Assert.Equal(email, rows[0].Subject);
        Assert.StartsWith("Orang 1, ", rows[3].Subject);
        Assert.All(rows, r => Assert.Equal(("127.0.0.1", "app-node-1"), (r.Address, r.NodeId)));
    }

    [Fact]
    public async Task AWriteThroughATokenIsWrittenDownEachTime()
    {
        var employee = await _app.AddPersonAsync();
        var admin = await _app.AddPersonAsync(Roles.Admin);
        using var program = await _app.ProgramAsync(Scopes.WriteClock, employee, admin);

        await program.TapAsync("/absensi/masuk");
        await program.TapAsync("/absensi/pulang");

        Assert.Equal(["test: POST /absensi/masuk", "test: POST /absensi/pulang"], await _app.QueryAsync<string>("SELECT subject FROM audit_logs WHERE action = 'token.used' ORDER BY id"));
    }

    [Fact]
    public async Task ThePageGoesBackToTheVeryFirstEntry()
    {
        using var admin = await _app.NewAdminAsync();
        for (var i = 1; i <= 120; i++) await _app.Services.GetRequiredService<AuditLog>().WriteAsync(AuditActions.PersonAdded, $"orang-ke-{i}.", CancellationToken.None);
        var seen = new List<string>();

        for (string? path = "/admin/audit"; path is not null;)
        {
            var page = (await admin.GetAsync(path, json: false)).Body;
            seen.AddRange(System.Text.RegularExpressions.Regex.Matches(page, @"orang-ke-(\d+)\.").Select(m => m.Groups[1].Value));
            path = System.Text.RegularExpressions.Regex.Match(page, """href="([^"]*sebelum=[^"]*)" """.TrimEnd()) is { Success: true } next ? next.Groups[1].Value.Replace("&amp;", "&", StringComparison.Ordinal) : null;
        }

        Assert.Equal(Enumerable.Range(1, 120).Reverse().Select(i => $"{i}"), seen);
        Assert.DoesNotContain("orang-ke-1.", (await admin.GetAsync("/admin/audit?aksi=logout", json: false)).Body);
        Assert.Equal(200, (await admin.GetAsync("/admin/audit?aksi=%27%20OR%201=1--&sebelum=abc", json: false)).Status);
    }

    [Fact]
    public async Task NoSecretIsEverLogged()
    {
        var log = new Capture();
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var (_, email) = await _app.AddPersonWithPasswordAsync(Roles.Admin);
        using var browser = _app.Anonymous();
        await browser.LoginAsync(email, "salah-ketik-sandi-9");
        await browser.LoginAsync(email);
        var made = await browser.PostJsonAsync("/api/tokens", new { name = "Layar", scope = Scopes.ReadAttendance });
        var token = made.Json.GetProperty("token").GetString()!;
        using var program = _app.WithToken(token);
        await program.GetAsync("/api/events");
        await program.TapAsync("/absensi/masuk");
        await browser.SubmitAsync("/profil/sandi", json: false, ("current", Visitor.Password), ("password", "payung hujan sepeda"), ("again", "payung hujan sepeda"));
        var session = browser.Cookie("absensi_session")!;
        // A fault is logged with its cause; what the request carried is not part of it.
        await _app.ExecuteAsync("ALTER TABLE users RENAME TO users_gone");
        Assert.Equal(500, (await browser.LoginAsync(email, "satu-sandi-lagi-8")).Status);
        Assert.Equal(500, (await program.GetAsync("/api/events")).Status);
        await _app.ExecuteAsync("ALTER TABLE users_gone RENAME TO users");

        var written = string.Join('\n', log.Lines) + string.Join('\n', await _app.QueryAsync<string>("SELECT subject || user_agent FROM audit_logs"));

        Assert.Contains("answered 500", written);
        foreach (var secret in (string[])[Visitor.Password, "salah-ketik-sandi-9", "payung hujan sepeda", "satu-sandi-lagi-8", token, session, browser.Cookie("XSRF-TOKEN")!, browser.Cookie("absensi_csrf")!])
            Assert.DoesNotContain(secret, written);
    }

    private sealed class Capture : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");
        public void Dispose() { }
    }
}
