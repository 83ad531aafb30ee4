using Absensi.Security;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Security;

public sealed class PasswordTests
{
    [Theory]
    [InlineData("short-1")]
    [InlineData("password")]
    [InlineData("P4ssw0rd123!")]
    [InlineData("bismillah99")]
    [InlineData("Indonesia1945")]
    [InlineData("12345678")]
    [InlineData("0987654321")]
    [InlineData("qwertyuiop12")]
    [InlineData("aaaaaaaaaa")]
    [InlineData("abcabcabcabc")]
    [InlineData("19081945")]
    [InlineData("rizki.ahmad")]
    [InlineData("ahmad-rizki-1")]
    [InlineData("nul\0in-the-middle")]
    public void WhatIsGuessedFirstIsRefused(string password) => Assert.NotNull(PasswordRules.Problem(password, "Ahmad Rizki", "ahmad@kantor.co.id"));

    [Theory]
    [InlineData("Kopi-pagi-di-teras-7")]
    [InlineData("payung hujan sepeda")]
    [InlineData("ahmad suka menanam cabai")]
    [InlineData("日本語のパスワード")]
    public void AnythingElseIsTakenAsItIs(string password) => Assert.Null(PasswordRules.Problem(password, "Ahmad Rizki", "ahmad@kantor.co.id"));

    [Fact]
    public void BytesBeyondWhatBcryptReadsAreRefused()
    {
        Assert.Null(PasswordRules.Problem(Varied(72), "", ""));
        Assert.NotNull(PasswordRules.Problem(Varied(73), "", ""));
    }

    [Fact]
    public void PasswordsMadeUpForPeoplePassTheRules()
    {
        for (var i = 0; i < 200; i++) Assert.Null(PasswordRules.Problem(Passwords.Random(), "Ahmad Rizki", "ahmad@kantor.co.id"));
    }

    [Theory]
    [InlineData("$2y$")]
    [InlineData("$2a$")]
    [InlineData("$2b$")]
    public async Task EverySpellingOfBcryptIsAccepted(string prefix)
    {
        var hash = prefix + Passwords.Hash("payung hujan", 4)[4..];

        Assert.True(await Passwords.CheckAsync("payung hujan", hash, null, CancellationToken.None));
        Assert.False(await Passwords.CheckAsync("payung hujam", hash, null, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("$2y$10$tooshort")]
    [InlineData("$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$aGFzaA")]
    public async Task AHashOfAnotherKindMatchesNothing(string hash)
    {
        Assert.False(await Passwords.CheckAsync("", hash, null, CancellationToken.None));
        Assert.False(await Passwords.CheckAsync("none", hash, null, CancellationToken.None));
    }

    [Fact]
    public async Task NobodysPasswordIsNeverRightNotEvenTheStandIns()
    {
        var standIn = Passwords.Hash("payung hujan", 4);

        Assert.False(await Passwords.CheckAsync("payung hujan", null, standIn, CancellationToken.None));
        Assert.False(await Passwords.CheckAsync("nobody has this password", null, null, CancellationToken.None));
    }

    [Fact]
    public async Task AWeakerHashIsMadeAnewAtTheLogin()
    {
        await using var app = await TestApp.StartAsync(("BCRYPT_COST", "5"));
        var (id, email) = await app.AddPersonWithPasswordAsync();
        using var browser = app.Anonymous();

        Assert.Equal(200, (await browser.LoginAsync(email)).Status);

        Assert.StartsWith("$2y$05$", (await app.Services.GetRequiredService<Users>().FindAsync(id, CancellationToken.None))!.Password);
        Assert.Equal(200, (await app.Anonymous().LoginAsync(email)).Status);
    }

    [Fact]
    public async Task AStrongerHashIsLeftAsItIs()
    {
        await using var app = await TestApp.StartAsync();
        var hash = Passwords.Hash(Visitor.Password, 6);
        var id = await app.AddPersonAsync(passwordHash: hash);
        using var browser = app.Anonymous();

        Assert.Equal(200, (await browser.LoginAsync("orang1@absensi.test")).Status);

        Assert.Equal(hash, (await app.Services.GetRequiredService<Users>().FindAsync(id, CancellationToken.None))!.Password);
    }

    [Fact]
    public async Task AnUnknownAddressIsCheckedAgainstSomebodysHash()
    {
        await using var app = await TestApp.StartAsync();
        var users = app.Services.GetRequiredService<Users>();
        Assert.Null(await users.StandInHashAsync("0123456789abcdef", CancellationToken.None));
        await app.AddPersonAsync(passwordHash: "one");
        await app.AddPersonAsync(passwordHash: "other");

        var standIn = await users.StandInHashAsync("0123456789abcdef", CancellationToken.None);

        Assert.Contains(standIn, (string[])["one", "other"]);
        Assert.Equal(standIn, await users.StandInHashAsync("0123456789abcdef", CancellationToken.None));
    }

    private static string Varied(int length) => string.Concat(Enumerable.Range(0, length).Select(i => "kopitehsusu"[i * 7 % 11]));
}
