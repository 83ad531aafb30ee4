using System.Text.RegularExpressions;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Tests.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features.Employees;

public partial class EmployeeChangeTests : IAsyncLifetime
{
    private TestApp _app = null!;
    private TestClient _admin = null!;
    private long _adminId;

    protected virtual Task<TestApp> StartAsync() => TestApp.StartAsync();

    public async Task InitializeAsync()
    {
        _app = await StartAsync();
        _adminId = await _app.AddPersonAsync(Roles.Admin, "Ibu Sari");
        _admin = await _app.SignInAsync(_adminId);
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task WhoIsAddedGetsAPasswordThatIsShownOnceAndHasToBeChanged()
    {
        var page = await PostAsync("/admin/karyawan/baru", json: false, ("name", "  Budi Santoso "), ("email", " Budi@Contoh.ID "), ("role", "karyawan"));
        var password = OneTimePassword().Match(page.Body).Value;

        var person = (await FindAsync("budi@contoh.id"))!;
        Assert.Equal((200, "Budi Santoso", Roles.Karyawan, true, true), (page.Status, person.Name, person.Role, person.Active, person.MustChangePassword));
        Assert.DoesNotContain(password, (await _admin.GetAsync($"/admin/karyawan/{person.Id}", json: false)).Body);
        using var browser = _app.Anonymous();
        Assert.Equal(200, (await browser.LoginAsync(person.Email, password)).Status);
        Assert.Equal((302, FirstPassword.Page), ((await browser.GetAsync("/dashboard", json: false)) is var answer ? answer.Status : 0, answer.Header("Location")));
        Assert.Equal(["user.added: budi@contoh.id (karyawan)"], await AuditAsync(password));
    }

    [Theory]
    [InlineData("", "a@b.id", "karyawan", "name")]
    [InlineData("A\nB", "a@b.id", "karyawan", "name")]
    [InlineData("Budi", "", "karyawan", "email")]
    [InlineData("Budi", "budi", "karyawan", "email")]
    [InlineData("Budi", "budi@lokal", "karyawan", "email")]
    [InlineData("Budi", "Budi <a@b.id>", "karyawan", "email")]
    [InlineData("Budi", "a b@c.id", "karyawan", "email")]
    [InlineData("Budi", "orang1@absensi.test", "karyawan", "email")]
    [InlineData("Budi", "a@b.id", "bos", "role")]
    public async Task APersonThatMakesNoSenseIsNotAdded(string name, string email, string role, string field)
    {
        (string, string)[] fields = [("name", name), ("email", email), ("role", role)];
        var answer = await PostAsync("/admin/karyawan/baru", json: true, fields);
        var page = await PostAsync("/admin/karyawan/baru", json: false, fields);
        var changed = await PostAsync($"/admin/karyawan/{await _app.AddPersonAsync()}", json: true, fields);

        Assert.Equal((400, "Validation failed", field), (answer.Status, answer.Message, answer.Json.GetProperty("errors").EnumerateObject().Single().Name));
        Assert.Equal((400, true), (page.Status, page.Body.Contains("aria-invalid=\"true\"", StringComparison.Ordinal) || field == "role"));
        Assert.Equal(400, changed.Status);
        Assert.Equal(2, (await _app.QueryAsync<long>("SELECT COUNT(*) FROM users")).Single());
    }

    [Fact]
    public async Task AChangeOfNameAddressAndRoleIsKeptAndNoted()
    {
        var id = await _app.AddPersonAsync(name: "Budi");

        var answer = await PostAsync($"/admin/karyawan/{id}", json: false, ("name", "Budi Santoso"), ("email", "budi@contoh.id"), ("role", "admin"));

        var person = (await FindAsync("budi@contoh.id"))!;
        Assert.Equal((302, $"/admin/karyawan/{id}?hasil=disimpan"), (answer.Status, answer.Header("Location")));
        Assert.Equal((id, "Budi Santoso", true), (person.Id, person.Name, person.IsAdmin));
        Assert.Equal(
            ["user.changed: orang2@absensi.test: Budi → Budi Santoso", "user.changed: orang2@absensi.test: orang2@absensi.test → budi@contoh.id", "user.role-changed: budi@contoh.id: karyawan → admin"],
            await AuditAsync());
    }

    [Fact]
    public async Task WhoIsShutOutIsLoggedOutAndCanBeLetInAgain()
    {
        var (id, email) = await _app.AddPersonWithPasswordAsync();
        using var phone = await _app.SignInAsync(id);
        await phone.TapAsync("/absensi/masuk");

        var answer = await PostAsync($"/admin/karyawan/{id}?handler=ShutOut", json: true);
        var after = await phone.GetAsync("/riwayat");
        using var browser = _app.Anonymous();
        var login = await browser.LoginAsync(email);
        await PostAsync($"/admin/karyawan/{id}?handler=LetIn", json: true);
        var stillOut = await phone.GetAsync("/riwayat");

        Assert.Equal((200, 401, 422, 401), (answer.Status, after.Status, login.Status, stillOut.Status));
        Assert.Equal(200, (await browser.LoginAsync(email)).Status);
        Assert.Single((await _admin.GetAsync("/riwayat")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(["user.activated: orang2@absensi.test", "user.deactivated: orang2@absensi.test"], (await AuditAsync()).Order());
    }

    [Fact]
    public async Task NobodyShutsThemselvesOutOrTakesTheirOwnRights()
    {
        var sent = new[]
        {
            await PostAsync($"/admin/karyawan/{_adminId}?handler=ShutOut", json: true),
            await PostAsync($"/admin/karyawan/{_adminId}?handler=Reset", json: true),
            await PostAsync($"/admin/karyawan/{_adminId}", json: true, ("name", "Ibu Sari"), ("email", "orang1@absensi.test"), ("role", "karyawan")),
            await PostAsync($"/admin/karyawan/{_adminId}?handler=ShutOut", json: false),
        };
        var renamed = await PostAsync($"/admin/karyawan/{_adminId}", json: true, ("name", "Ibu Sari Dewi"), ("email", "orang1@absensi.test"), ("role", "admin"));

        Assert.All(sent, answer => Assert.Equal(422, answer.Status));
        Assert.Equal(200, renamed.Status);
        Assert.Equal(200, (await _admin.GetAsync("/admin/karyawan")).Status);
    }

    [Fact]
    public async Task TwoAdminsWhoShutEachOtherOutAtOnceLeaveOneOfThem()
    {
        var otherId = await _app.AddPersonAsync(Roles.Admin);
        using var other = await _app.SignInAsync(otherId);
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(PostAsync($"/admin/karyawan/{otherId}?handler=ShutOut", json: true), other.PostAsync($"/admin/karyawan/{_adminId}?handler=ShutOut", null));

            Assert.Equal(1, (await _app.QueryAsync<long>("SELECT COUNT(*) FROM users WHERE role = 'admin' AND active = 1")).Single());
            await _app.ExecuteAsync("UPDATE users SET active = 1");
            _admin.Dispose();
            _admin = await _app.SignInAsync(_adminId);
            other.SetCookie("absensi_session", await _app.Services.GetRequiredService<Sessions>().StartAsync(otherId, null, null, CancellationToken.None));
            await other.GetAsync("/riwayat", json: false);
        }
    }

    [Fact]
    public async Task AResetEndsTheSessionsAndTheOldPassword()
    {
        var (id, email) = await _app.AddPersonWithPasswordAsync();
        using var phone = await _app.SignInAsync(id);

        var password = (await PostAsync($"/admin/karyawan/{id}?handler=Reset", json: true)).Json.GetProperty("data").GetProperty("password").GetString()!;

        Assert.Equal(401, (await phone.GetAsync("/riwayat")).Status);
        using var browser = _app.Anonymous();
        Assert.Equal(422, (await browser.LoginAsync(email)).Status);
        Assert.Equal(200, (await browser.LoginAsync(email, password)).Status);
        Assert.True((await FindAsync(email))!.MustChangePassword);
        Assert.Equal(["password.reset: orang2@absensi.test"], await AuditAsync(password));
    }

    [Fact]
    public async Task NobodyIsFoundWhereThereIsNobody()
    {
        Assert.Equal(404, (await _admin.GetAsync("/admin/karyawan/999999")).Status);
        foreach (var handler in new[] { "", "?handler=ShutOut", "?handler=LetIn", "?handler=Reset" })
            Assert.Equal(404, (await PostAsync($"/admin/karyawan/999999{handler}", json: true, ("name", "A"), ("email", "a@b.id"), ("role", "admin"))).Status);
    }

    private Task<Answer> PostAsync(string path, bool json, params (string Name, string Value)[] fields) => _admin.PostAsync(path, Visitor.Form(fields), json);

    private Task<User?> FindAsync(string email) => _app.Services.GetRequiredService<Users>().FindAsync(email, CancellationToken.None);

    /// <summary>What the admin did, oldest first; the secret must be nowhere in it.</summary>
    private async Task<IEnumerable<string>> AuditAsync(string? secret = null)
    {
        var lines = (await _app.QueryAsync<(string Action, string Subject)>("SELECT action, subject FROM audit_logs ORDER BY id")).Select(l => $"{l.Action}: {l.Subject}").ToList();
        if (secret is not null) Assert.DoesNotContain(lines, l => l.Contains(secret, StringComparison.Ordinal));
        return lines.Where(l => !l.StartsWith("login", StringComparison.Ordinal)).Order();
    }

    [GeneratedRegex(@"[A-Za-z2-9]{4}-[A-Za-z2-9]{4}-[A-Za-z2-9]{4}(?=</code>)")]
    private static partial Regex OneTimePassword();
}

[Collection("server")]
public sealed class EmployeeChangeOnServerTests(Storage.SharedServer server) : EmployeeChangeTests
{
    protected override async Task<TestApp> StartAsync() => await TestApp.StartAsync(await server.NewDatabaseAsync());
}
