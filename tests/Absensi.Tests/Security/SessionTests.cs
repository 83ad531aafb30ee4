using System.Diagnostics;
using Absensi.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Security;

public sealed class SessionTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync(("SESSION_LIFETIME", "10"), ("SESSION_ABSOLUTE", "60"));
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData("last_seen_at", 570, 200)]
    [InlineData("last_seen_at", 601, 401)]
    [InlineData("created_at", 3540, 200)]
    [InlineData("created_at", 3601, 401)]
    public async Task ASessionEndsWhenLeftAloneTooLongAndWhenItIsTooOld(string column, int seconds, int status)
    {
        var token = await StartAsync(await _app.AddPersonAsync());
        await _app.ExecuteAsync($"UPDATE sessions SET {column} = {column} - @seconds", new { seconds });
        using var browser = With(token);

        Assert.Equal(status, (await browser.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task UsingItKeepsItAlive()
    {
        var token = await StartAsync(await _app.AddPersonAsync());
        await _app.ExecuteAsync("UPDATE sessions SET last_seen_at = last_seen_at - 500");
        using var browser = With(token);

        await browser.GetAsync("/riwayat");
        await _app.Services.GetRequiredService<Sessions>().WriteSeenAsync(CancellationToken.None);

        Assert.InRange((await _app.QueryAsync<long>("SELECT unixepoch('now') - last_seen_at FROM sessions")).Single(), 0, 5);
    }

    [Fact]
    public async Task TheLoginGivesANewSessionAndEndsTheOneBefore()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var browser = _app.Anonymous();
        browser.SetCookie("absensi_session", new string('A', 43));
        await browser.LoginAsync(email);
        var first = browser.Cookie("absensi_session")!;
        await browser.LoginAsync(email);
        var second = browser.Cookie("absensi_session")!;

        Assert.Equal(3, new HashSet<string> { new('A', 43), first, second }.Count);
        using var thief = With(first);
        Assert.Equal(401, (await thief.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task TheLoginGivesAFormTokenThatWorksWithoutLoadingAPage()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var browser = _app.Anonymous();
        await browser.LoginAsync(email);

        Assert.Equal(200, (await browser.TapAsync("/absensi/masuk")).Status);
    }

    [Fact]
    public async Task TheProfileShowsOnesOwnSessionsAndEndsOneOfThem()
    {
        var id = await _app.AddPersonAsync();
        using var here = await _app.SignInAsync(id);
        var phone = await _app.Services.GetRequiredService<Sessions>().StartAsync(
            id, "198.51.100.7", "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36", CancellationToken.None);
        await StartAsync(await _app.AddPersonAsync(), "192.0.2.99");

        var page = (await here.GetAsync("/profil", json: false)).Body;
        Assert.Contains("198.51.100.7", page);
        Assert.Contains("Chrome di Android", page);
        Assert.Contains("Perangkat ini", page);
        Assert.DoesNotContain("192.0.2.99", page);

        var phoneId = (await _app.QueryAsync<string>("SELECT id FROM sessions WHERE ip = '198.51.100.7'")).Single();
        await here.PostAsync("/profil?handler=End", Visitor.Form(("id", phoneId)), json: false);
        using var stolen = With(phone);
        Assert.Equal(401, (await stolen.GetAsync("/riwayat")).Status);
        Assert.Equal(200, (await here.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task NobodyEndsAnothersSession()
    {
        using var colleague = await _app.NewEmployeeAsync();
        var token = await StartAsync(await _app.AddPersonAsync(), "198.51.100.7");
        var id = (await _app.QueryAsync<string>("SELECT id FROM sessions WHERE ip = '198.51.100.7'")).Single();

        await colleague.PostAsync("/profil?handler=End", Visitor.Form(("id", id)), json: false);

        using var owner = With(token);
        Assert.Equal(200, (await owner.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task LoggingOutEverywhereIsKnownToEveryNodeWithinTwoSeconds()
    {
        var folder = Directory.CreateTempSubdirectory("absensi-test-").FullName;
        try
        {
            await using var one = await TestApp.StartAsync(("ABSENSI_DATA", folder), ("NODE_ID", "one"));
            await using var two = await TestApp.StartAsync(("ABSENSI_DATA", folder), ("NODE_ID", "two"));
            var id = await one.AddPersonAsync();
            using var here = await one.SignInAsync(id);
            using var there = await two.SignInAsync(id);
            Assert.Equal(200, (await there.GetAsync("/riwayat")).Status);

            var answer = await here.PostAsync("/profil?handler=EndAll", null, json: false);

            Assert.Equal((302, "/login"), (answer.Status, answer.Header("Location")));
            Assert.Equal(401, (await here.GetAsync("/riwayat")).Status);
            var since = Stopwatch.StartNew();
            for (var asked = since.Elapsed; (await there.GetAsync("/riwayat")).Status != 401; asked = since.Elapsed) Assert.True(asked < TimeSpan.FromSeconds(2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task ANewPasswordEndsEveryOtherSession()
    {
        var (id, email) = await _app.AddPersonWithPasswordAsync();
        var other = await StartAsync(id);
        using var browser = _app.Anonymous();
        await browser.LoginAsync(email);

        var answer = await browser.SubmitAsync("/profil/sandi", json: false, ("current", Visitor.Password), ("password", "payung hujan sepeda"), ("again", "payung hujan sepeda"));

        Assert.Equal((302, "/profil?sandi=baru"), (answer.Status, answer.Header("Location")));
        Assert.Equal(200, (await browser.GetAsync("/profil", json: false)).Status);
        using var thief = With(other);
        Assert.Equal(401, (await thief.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task SomebodyShutOutIsOutAtOnceWhereverTheyAreLoggedIn()
    {
        var id = await _app.AddPersonAsync();
        var token = await StartAsync(id);
        await _app.ExecuteAsync("UPDATE users SET active = 0 WHERE id = @id", new { id });
        using var browser = With(token);

        Assert.Equal(401, (await browser.GetAsync("/riwayat")).Status);
    }

    private Task<string> StartAsync(long userId, string ip = "127.0.0.1") => _app.Services.GetRequiredService<Sessions>().StartAsync(userId, ip, "test", CancellationToken.None);

    private TestClient With(string token)
    {
        var client = _app.Anonymous();
        client.SetCookie("absensi_session", token);
        return client;
    }
}
