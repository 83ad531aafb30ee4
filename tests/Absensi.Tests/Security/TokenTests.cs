using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Tests.Security;

public sealed class TokenTests : IAsyncLifetime
{
    private TestApp _app = null!;
    private TestClient _admin = null!;

    public async Task InitializeAsync() => (_app, _admin) = (await TestApp.StartAsync(), null!);

    public async Task DisposeAsync()
    {
        _admin?.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task AReadingTokenReadsEveryonesAttendanceAndDoesNothingElse()
    {
        using var program = await MakeAsync(Scopes.ReadAttendance, null);
        using var employee = await _app.NewEmployeeAsync();
        var id = (await employee.TapAsync("/absensi/masuk")).Json.GetProperty("data").GetProperty("id").GetInt64();

        Assert.Equal(1, (await program.GetAsync("/api/events?after=0")).Json.GetProperty("last_id").GetInt64());
        Assert.Equal(200, (await program.GetAsync("/api/dashboard/data")).Status);
        Assert.Equal(200, (await program.GetAsync($"/riwayat/{id}")).Status);
        foreach (var path in (string[])["/admin/audit", "/admin/token", "/api/tokens", "/profil", "/ws", "/"])
            Assert.Equal(403, (await program.GetAsync(path)).Status);
        Assert.Equal(403, (await program.TapAsync("/absensi/masuk")).Status);
    }

    [Fact]
    public async Task AClockTokenClocksItsEmployeeWithoutAFormTokenAndReadsNothing()
    {
        var employee = await _app.AddPersonAsync();
        using var program = await MakeAsync(Scopes.WriteClock, $"orang1@absensi.test");

        var answer = await program.TapAsync("/absensi/masuk");

        Assert.Equal(200, answer.Status);
        Assert.Equal(employee, answer.Json.GetProperty("data").GetProperty("user_id").GetInt64());
        Assert.Equal(403, (await program.GetAsync("/api/events")).Status);
        Assert.Equal(403, (await program.GetAsync("/riwayat")).Status);
    }

    [Fact]
    public async Task AnEmployeesReadingTokenShowsTheirOwnOnly()
    {
        var id = await _app.AddPersonAsync();
        using var employee = await _app.SignInAsync(id);
        using var colleague = await _app.NewEmployeeAsync();
        await employee.TapAsync("/absensi/masuk");
        await colleague.TapAsync("/absensi/masuk");
        using var program = await MakeAsync(Scopes.ReadAttendance, "orang1@absensi.test");

        Assert.Single((await program.GetAsync("/api/events?after=0")).Json.GetProperty("events").EnumerateArray());
        Assert.Equal(403, (await program.GetAsync("/api/dashboard/data")).Status);
    }

    [Fact]
    public async Task ARevokedTokenIsRefusedAtOnce()
    {
        using var program = await MakeAsync(Scopes.ReadAttendance, null);
        Assert.Equal(200, (await program.GetAsync("/api/events")).Status);
        var id = (await _admin.GetAsync("/api/tokens")).Json.GetProperty("data")[0].GetProperty("id").GetInt64();

        var revoked = await _admin.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/tokens/{id}"), json: true);

        Assert.Equal(204, revoked.Status);
        var refused = await program.GetAsync("/api/events");
        Assert.Equal((401, "Bearer"), (refused.Status, refused.Header("WWW-Authenticate")));
        Assert.Equal(404, (await _admin.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/tokens/{id}"), json: true)).Status);
    }

    [Theory]
    [InlineData("UPDATE users SET active = 0 WHERE id = (SELECT user_id FROM api_tokens)")]
    [InlineData("UPDATE users SET active = 0 WHERE id = (SELECT created_by FROM api_tokens)")]
    public async Task ATokenFallsWithItsPersonAndWithTheAdminWhoMadeIt(string sql)
    {
        await _app.AddPersonAsync();
        using var program = await MakeAsync(Scopes.WriteClock, "orang1@absensi.test");

        await _app.ExecuteAsync(sql);

        Assert.Equal(401, (await program.TapAsync("/absensi/masuk")).Status);
    }

    [Fact]
    public async Task OnlyItsHashIsKeptAndItsLastUseIsSeen()
    {
        using var program = await MakeAsync(Scopes.ReadAttendance, null);
        Assert.Null((await _app.QueryAsync<long?>("SELECT last_used_at FROM api_tokens")).Single());

        await program.GetAsync("/api/events");

        Assert.NotNull((await _app.QueryAsync<long?>("SELECT last_used_at FROM api_tokens")).Single());
        var token = program.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        Assert.Matches("^absensi_[A-Za-z0-9_-]{43}$", token);
        Assert.DoesNotContain(token, (await _app.QueryAsync<string>("SELECT token_hash || name FROM api_tokens")).Single());
        Assert.DoesNotContain(token, (await _admin.GetAsync("/api/tokens")).Body);
    }

    [Fact]
    public async Task ThePageShowsANewTokenOnceAndRevokesIt()
    {
        _admin = await _app.NewAdminAsync();

        var made = await _admin.SubmitAsync("/admin/token", json: false, ("name", "Layar lobi"), ("scope", Scopes.ReadAttendance), ("email", ""));

        Assert.Equal(200, made.Status);
        var token = System.Text.RegularExpressions.Regex.Match(made.Body, "absensi_[A-Za-z0-9_-]{43}").Value;
        using var program = _app.WithToken(token);
        Assert.Equal(200, (await program.GetAsync("/api/events")).Status);
        var page = await _admin.GetAsync("/admin/token", json: false);
        Assert.Contains("Layar lobi", page.Body);
        Assert.DoesNotContain(token, page.Body);
        await _admin.PostAsync("/admin/token?handler=Revoke", Visitor.Form(("id", "1")), json: false);
        Assert.Equal(401, (await program.GetAsync("/api/events")).Status);
    }

    [Theory]
    [InlineData("", Scopes.ReadAttendance, "", "name")]
    [InlineData("x", "everything", "", "scope")]
    [InlineData("x", Scopes.WriteClock, "", "email")]
    [InlineData("x", Scopes.WriteClock, "nobody@absensi.test", "email")]
    [InlineData("x", Scopes.WriteClock, "orang1@absensi.test", "email")]
    [InlineData("x", Scopes.ReadAttendance, "orang1@absensi.test", "email")]
    public async Task ATokenThatMakesNoSenseIsNotMade(string name, string scope, string email, string field)
    {
        await _app.AddPersonAsync(Roles.Admin);
        _admin = await _app.NewAdminAsync();

        var api = await _admin.PostJsonAsync("/api/tokens", new { name, scope, email });
        var page = await _admin.SubmitAsync("/admin/token", json: false, ("name", name), ("scope", scope), ("email", email));

        Assert.Equal((400, "Validation failed"), (api.Status, api.Message));
        Assert.True(api.Json.GetProperty("errors").TryGetProperty(field, out _));
        Assert.Equal(400, page.Status);
        Assert.Empty(await _app.QueryAsync<long>("SELECT id FROM api_tokens"));
    }

    [Fact]
    public async Task TheDescriptionSaysWhatEachRouteWants()
    {
        using var nobody = _app.Anonymous();

        var document = (await nobody.GetAsync("/openapi/v1.json")).Json;

        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("token").GetProperty("scheme").GetString());
        var tap = document.GetProperty("paths").GetProperty("/absensi/masuk").GetProperty("post").GetProperty("security").ToString();
        Assert.Contains("token", tap);
        Assert.Contains("session", tap);
        Assert.DoesNotContain("token", document.GetProperty("paths").GetProperty("/api/tokens").GetProperty("get").GetProperty("security").ToString());
        Assert.False(document.GetProperty("paths").GetProperty("/health/live").GetProperty("get").TryGetProperty("security", out _));
    }

    private async Task<TestClient> MakeAsync(string scope, string? email)
    {
        _admin ??= await _app.NewAdminAsync();
        var made = await _admin.PostJsonAsync("/api/tokens", new { name = "Mesin absen", scope, email });
        Assert.True(made.Status == 201, made.ToString());
        return _app.WithToken(made.Json.GetProperty("token").GetString()!);
    }
}
