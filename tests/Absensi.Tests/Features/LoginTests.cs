using System.Text.RegularExpressions;
using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Tests.Features;

public sealed partial class LoginTests : IAsyncLifetime
{
    private const string Password = "S3curely-Long-1";
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData(Roles.Admin, "/admin/dashboard")]
    [InlineData(Roles.Karyawan, "/dashboard")]
    public async Task TheFormLeadsToTheRolesOwnPage(string role, string page)
    {
        await _app.AddPersonAsync(role, passwordHash: Passwords.Hash(Password));
        using var browser = _app.Anonymous();

        var answer = await SubmitAsync(browser, "orang1@absensi.test", Password, json: false);

        Assert.Equal((302, page), (answer.Status, answer.Header("Location")));
        Assert.Equal(200, (await browser.GetAsync(page, json: false)).Status);
    }

    [Fact]
    public async Task AProgramGetsTheWayAsJson()
    {
        await _app.AddPersonAsync(passwordHash: Passwords.Hash(Password));
        using var browser = _app.Anonymous();

        var answer = await SubmitAsync(browser, "ORANG1@absensi.test", Password, json: true);

        Assert.Equal("""200 {"success":true,"redirect":"/dashboard"}""", answer.ToString());
    }

    [Fact]
    public async Task AHashMadeByPhpIsAccepted()
    {
        await _app.AddPersonAsync(passwordHash: "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi");
        using var browser = _app.Anonymous();

        Assert.Equal(302, (await SubmitAsync(browser, "orang1@absensi.test", "password", json: false)).Status);
    }

    [Fact]
    public async Task AWrongPasswordAndAnUnknownAddressAreToldAlike()
    {
        await _app.AddPersonAsync(passwordHash: Passwords.Hash(Password));
        using var browser = _app.Anonymous();

        var wrong = await SubmitAsync(browser, "orang1@absensi.test", "not it", json: true);
        var unknown = await SubmitAsync(browser, "nobody@absensi.test", "not it", json: true);

        Assert.Equal(422, wrong.Status);
        Assert.Equal(wrong.ToString(), unknown.ToString());
    }

    [Fact]
    public async Task AFailedLoginKeepsWhatWasTypedExceptThePassword()
    {
        using var browser = _app.Anonymous();

        var answer = await SubmitAsync(browser, "siapa@absensi.test", "rahasia-sekali", json: false);

        Assert.Equal(422, answer.Status);
        Assert.Contains("siapa@absensi.test", answer.Body);
        Assert.DoesNotContain("rahasia-sekali", answer.Body);
    }

    [Fact]
    public async Task LoggingOutEndsTheSessionForGood()
    {
        using var browser = await _app.NewEmployeeAsync();
        var token = browser.Cookie("absensi_session")!;

        var answer = await browser.PostAsync("/logout", null, json: false);

        Assert.Equal((302, "/login"), (answer.Status, answer.Header("Location")));
        using var thief = _app.Anonymous();
        thief.SetCookie("absensi_session", token);
        Assert.Equal(401, (await thief.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task TheTokenItselfIsNotStored()
    {
        using var browser = await _app.NewEmployeeAsync();

        var ids = await _app.Database.QueryAsync<string>("SELECT id FROM sessions", null, CancellationToken.None);

        Assert.DoesNotContain(browser.Cookie("absensi_session"), ids);
    }

    [Fact]
    public async Task WithoutASessionPagesLeadToTheLoginAndApisSayNo()
    {
        using var browser = _app.Anonymous();

        foreach (var page in (string[])["/dashboard", "/admin/dashboard", "/riwayat", "/riwayat/1"])
        {
            var answer = await browser.GetAsync(page, json: false);
            Assert.Equal((302, "/login"), (answer.Status, answer.Header("Location")));
        }

        foreach (var api in (string[])["/api/events", "/api/dashboard/data", "/api/dashboard/metrics"])
            Assert.Equal((401, "Silakan masuk terlebih dahulu"), await StatusAndMessage(browser, api));
    }

    private static async Task<(int, string?)> StatusAndMessage(TestClient client, string path) => await client.GetAsync(path) is var a ? (a.Status, a.Message) : default;

    private static async Task<Answer> SubmitAsync(TestClient browser, string email, string password, bool json)
    {
        var page = await browser.GetAsync("/login", json: false);
        var form = new Dictionary<string, string> { ["email"] = email, ["password"] = password, ["__RequestVerificationToken"] = Hidden().Match(page.Body).Groups[1].Value };
        browser.SendCsrf = false;
        return await browser.PostAsync("/login", new FormUrlEncodedContent(form), json);
    }

    [GeneratedRegex("""name="__RequestVerificationToken"[^>]*value="([^"]+)""")]
    private static partial Regex Hidden();
}
