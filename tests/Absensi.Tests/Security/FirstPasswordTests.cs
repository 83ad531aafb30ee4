using Absensi.Storage;

namespace Absensi.Tests.Security;

public sealed class FirstPasswordTests : IAsyncLifetime
{
    private const string Chosen = "payung hujan sepeda";
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task APasswordMadeUpByOthersOpensOnlyThePageThatChangesIt()
    {
        using var browser = await FirstLoginAsync(Roles.Admin);

        foreach (var page in (string[])["/admin/dashboard", "/riwayat", "/profil", "/admin/audit", "/"])
        {
            var answer = await browser.GetAsync(page, json: false);
            Assert.Equal((302, "/profil/sandi"), (answer.Status, answer.Header("Location")));
        }

        var api = await browser.GetAsync("/api/dashboard/data");
        Assert.Equal(403, api.Status);
        Assert.Contains("/profil/sandi", api.Message);
        Assert.Equal(403, (await browser.GetAsync("/ws")).Status);
        Assert.Equal(200, (await browser.GetAsync("/profil/sandi", json: false)).Status);
    }

    [Fact]
    public async Task ItIsChangedAndEverythingIsOpenAtOnce()
    {
        using var browser = await FirstLoginAsync(Roles.Karyawan);
        var before = browser.Cookie("absensi_session");

        var answer = await browser.SubmitAsync("/profil/sandi", json: false, ("current", Visitor.Password), ("password", Chosen), ("again", Chosen));

        Assert.Equal((302, "/dashboard"), (answer.Status, answer.Header("Location")));
        Assert.NotEqual(before, browser.Cookie("absensi_session"));
        Assert.Equal(200, (await browser.GetAsync("/dashboard", json: false)).Status);
        Assert.Equal(200, (await browser.TapAsync("/absensi/masuk")).Status);
        using var again = _app.Anonymous();
        Assert.Equal(200, (await again.LoginAsync("orang1@absensi.test", Chosen)).Status);
    }

    [Theory]
    [InlineData("not mine", Chosen, Chosen, 422)]
    [InlineData(Visitor.Password, Chosen, "payung hujan", 400)]
    [InlineData(Visitor.Password, "password123", "password123", 400)]
    [InlineData(Visitor.Password, "pendek", "pendek", 400)]
    [InlineData(Visitor.Password, Visitor.Password, Visitor.Password, 400)]
    [InlineData("", Chosen, Chosen, 400)]
    public async Task AChangeThatMakesNoSenseChangesNothing(string current, string password, string again, int status)
    {
        using var browser = await FirstLoginAsync(Roles.Karyawan);

        var answer = await browser.SubmitAsync("/profil/sandi", json: false, ("current", current), ("password", password), ("again", again));

        Assert.Equal(status, answer.Status);
        Assert.Contains("role=\"alert\"", answer.Body);
        using var other = _app.Anonymous();
        Assert.Equal(200, (await other.LoginAsync("orang1@absensi.test")).Status);
    }

    private async Task<TestClient> FirstLoginAsync(string role)
    {
        var (_, email) = await _app.AddPersonWithPasswordAsync(role, mustChange: true);
        var browser = _app.Anonymous();
        Assert.Equal(200, (await browser.LoginAsync(email)).Status);
        return browser;
    }
}
