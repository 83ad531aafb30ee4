namespace Absensi.Tests.Security;

public sealed class LoginThrottleTests : IAsyncLifetime
{
    private const string Busy = "Terlalu banyak permintaan. Coba lagi sebentar.";
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync(("TRUSTED_PROXIES", "127.0.0.1"));
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task AfterFiveFailuresTheNextTryHasToWaitEvenWithTheRightPassword()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var browser = From("203.0.113.1");

        for (var i = 0; i < 5; i++) Assert.Equal(422, (await browser.LoginAsync(email, "wrong")).Status);
        var sixth = await browser.LoginAsync(email);

        Assert.Equal((429, Busy), (sixth.Status, sixth.Message));
        Assert.InRange(int.Parse(sixth.Header("Retry-After")!), 1, 15);
    }

    [Fact]
    public async Task AnUnknownAddressIsSlowedDownJustTheSame()
    {
        using var browser = From("203.0.113.1");

        for (var i = 0; i < 5; i++) Assert.Equal(422, (await browser.LoginAsync("nobody@absensi.test", "wrong")).Status);

        Assert.Equal(429, (await browser.LoginAsync("nobody@absensi.test", "wrong")).Status);
    }

    [Fact]
    public async Task ThePageSaysHowLongToWaitAndKeepsWhatWasTyped()
    {
        using var browser = From("203.0.113.1");
        for (var i = 0; i < 5; i++) await browser.LoginAsync("siapa@absensi.test", "wrong");

        var page = await browser.LoginAsync("siapa@absensi.test", "wrong", json: false);

        Assert.Equal(429, page.Status);
        Assert.Contains("detik, lalu coba lagi", page.Body);
        Assert.Contains("siapa@absensi.test", page.Body);
    }

    [Fact]
    public async Task OnceTheWaitIsOverTheRightPasswordWorksAndClearsTheCount()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var browser = From("203.0.113.1");
        for (var i = 0; i < 5; i++) await browser.LoginAsync(email, "wrong");

        await LetTimePassAsync(16);

        Assert.Equal(200, (await browser.LoginAsync(email)).Status);
        using var other = From("203.0.113.1");
        Assert.Equal(422, (await other.LoginAsync(email, "wrong")).Status);
        Assert.Equal(200, (await other.LoginAsync(email)).Status);
    }

    [Fact]
    public async Task EveryNodeKnowsOfTheFailures()
    {
        var folder = Directory.CreateTempSubdirectory("absensi-test-").FullName;
        try
        {
            await using var one = await TestApp.StartAsync(("ABSENSI_DATA", folder), ("NODE_ID", "one"));
            await using var two = await TestApp.StartAsync(("ABSENSI_DATA", folder), ("NODE_ID", "two"));
            using var here = one.Anonymous();
            using var there = two.Anonymous();

            for (var i = 0; i < 5; i++) await here.LoginAsync("nobody@absensi.test", "wrong");

            Assert.Equal(429, (await there.LoginAsync("nobody@absensi.test", "wrong")).Status);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task ManyTriesAtOnceAreNotAllLetThrough()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        var browsers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
        {
            var browser = From("203.0.113.1");
            await browser.GetAsync("/login", json: false);
            return browser;
        }));

        var answers = await Task.WhenAll(browsers.Select(b => b.PostAsync("/login", Visitor.Form(("email", email), ("password", "wrong")))));

        Assert.Equal(5, answers.Count(a => a.Status == 422));
        Assert.Equal(35, answers.Count(a => a.Status == 429));
    }

    [Fact]
    public async Task SomeoneElsewhereCanStillLogInWhileAnotherAddressGuesses()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var guesser = From("203.0.113.66");
        for (var i = 0; i < 8; i++) await guesser.LoginAsync(email, "wrong");

        using var owner = From("203.0.113.1");

        Assert.Equal(200, (await owner.LoginAsync(email)).Status);
    }

    [Fact]
    public async Task ManyAddressesTogetherAreSlowedDownButTheOwnersBrowserIsNot()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var known = From("203.0.113.1");
        Assert.Equal(200, (await known.LoginAsync(email)).Status);
        for (var i = 0; i < 25; i++)
        {
            await LetTimePassAsync(10);
            using var guesser = From($"198.51.100.{i + 1}");
            await guesser.LoginAsync(email, "wrong");
        }

        using var stranger = From("192.0.2.1");
        var slowed = await stranger.LoginAsync(email);
        var again = await known.LoginAsync(email);

        Assert.Equal(429, slowed.Status);
        Assert.InRange(int.Parse(slowed.Header("Retry-After")!), 1, 10);
        Assert.Equal(200, again.Status);
    }

    [Fact]
    public async Task AColleagueBehindTheSameAddressCanNotLockTheOwnersBrowserOut()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var known = From("203.0.113.1");
        await known.LoginAsync(email);
        using var colleague = From("203.0.113.1");
        for (var i = 0; i < 10; i++) await colleague.LoginAsync(email, "wrong");

        Assert.Equal(429, (await colleague.LoginAsync(email)).Status);
        Assert.Equal(200, (await known.LoginAsync(email)).Status);
    }

    [Fact]
    public async Task AKnownBrowserHasToWaitForItsOwnFailures()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        using var known = From("203.0.113.1");
        await known.LoginAsync(email);
        await known.PostAsync("/logout", null);

        for (var i = 0; i < 5; i++) await known.LoginAsync(email, "wrong");

        Assert.Equal(429, (await known.LoginAsync(email)).Status);
    }

    [Fact]
    public async Task ACookieMadeUpOrOfAnotherAccountIsNoKnownBrowser()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();
        var (_, other) = await _app.AddPersonWithPasswordAsync();
        using var colleague = From("203.0.113.1");
        await colleague.LoginAsync(other);
        await colleague.PostAsync("/logout", null);
        for (var i = 0; i < 5; i++) await colleague.LoginAsync(email, "wrong");
        using var forger = From("203.0.113.1");
        forger.SetCookie("absensi_browser", "CfDJ8-made-up");

        Assert.Equal(429, (await colleague.LoginAsync(email)).Status);
        Assert.Equal(429, (await forger.LoginAsync(email)).Status);
    }

    [Fact]
    public async Task SuccessesNeverCount()
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync();

        for (var i = 0; i < 60; i++)
        {
            using var browser = From("203.0.113.1");
            Assert.Equal(200, (await browser.LoginAsync(email)).Status);
        }

        Assert.Empty(await _app.QueryAsync<long>("SELECT failures FROM login_failures"));
    }

    [Fact]
    public async Task WhatIsKeptOfAFailureIsNoAddressThatWasTyped()
    {
        using var browser = From("203.0.113.1");
        await browser.LoginAsync("my-password-in-the-wrong-field", "wrong");

        var kept = await _app.QueryAsync<string>("SELECT account FROM login_failures UNION ALL SELECT subject FROM audit_logs");

        Assert.DoesNotContain(kept, text => text.Contains("my-password", StringComparison.Ordinal));
    }

    private Task LetTimePassAsync(int seconds) => _app.ExecuteAsync("UPDATE login_failures SET last_at = last_at - @seconds", new { seconds });

    private TestClient From(string address)
    {
        var client = _app.Anonymous();
        client.Http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }
}
