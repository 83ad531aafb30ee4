using Absensi.Security;
using Absensi.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;
using static Absensi.Tests.Security.AccessTableTests.Who;

namespace Absensi.Tests.Security;

/// <summary>Every route of the program, asked by everyone there is, answers as this table says. A route that is not in the table fails.</summary>
public sealed class AccessTableTests : IAsyncLifetime
{
    public enum Who { Nobody, Ended, Owner, Colleague, Admin, Reader, ClockToken, RevokedToken }

    private static readonly Who[]
        Anyone = Enum.GetValues<Who>(),
        Person = [Owner, Colleague, Admin],
        Employees = [Owner, Colleague],
        Admins = [Admin],
        ClockPeople = [Owner, Colleague, ClockToken],
        Readers = [Owner, Colleague, Admin, Reader],
        OwnerAndReaders = [Owner, Admin, Reader],
        AllReaders = [Admin, Reader];

    private static readonly Dictionary<string, Who[]> Table = new()
    {
        ["GET /"] = Person,
        ["GET /login"] = Anyone,
        ["POST /login"] = Anyone,
        ["POST /logout"] = Anyone,
        ["GET /error/{status:int}"] = Anyone,
        ["POST /error/{status:int}"] = Anyone,
        ["GET /luring"] = Anyone,
        ["POST /luring"] = Anyone, // 405
        ["GET /health/live"] = Anyone,
        ["GET /health/ready"] = Anyone,
        ["GET /openapi/{documentName}.json"] = Anyone,

        ["GET /dashboard"] = Employees,
        ["POST /dashboard"] = Employees,
        ["POST /absensi/masuk"] = ClockPeople,
        ["POST /absensi/pulang"] = ClockPeople,

        ["GET /riwayat"] = Readers,
        ["POST /riwayat"] = Readers,
        ["GET /riwayat/{id}"] = OwnerAndReaders,
        ["POST /riwayat/{id}"] = Readers, // 405, before anyone's row is looked at
        ["GET /riwayat/export"] = Readers,
        ["GET /riwayat/kalender"] = Readers,
        ["POST /riwayat/kalender"] = Readers,
        ["GET /api/events"] = Readers,

        ["GET /admin/dashboard"] = Admins,
        ["POST /admin/dashboard"] = Admins,
        ["GET /admin/klaster"] = Admins,
        ["POST /admin/klaster"] = Admins,
        ["GET /api/klaster"] = Admins,
        ["GET /api/dashboard/data"] = AllReaders,
        ["GET /api/dashboard/metrics"] = AllReaders,

        ["GET /rekap"] = Admins,
        ["POST /rekap"] = Admins,
        ["GET /rekap/cetak"] = Admins,
        ["POST /rekap/cetak"] = Admins,
        ["GET /rekap/export"] = AllReaders,

        ["GET /admin/karyawan"] = Admins,
        ["POST /admin/karyawan"] = Admins,
        ["GET /admin/karyawan/baru"] = Admins,
        ["POST /admin/karyawan/baru"] = Admins,
        ["GET /admin/karyawan/export"] = Admins,
        ["GET /admin/karyawan/impor"] = Admins,
        ["POST /admin/karyawan/impor"] = Admins,
        ["GET /admin/karyawan/impor/{id:long}"] = Admins,
        ["POST /admin/karyawan/impor/{id:long}"] = Admins,
        ["GET /admin/karyawan/impor/templat"] = Admins,
        ["GET /admin/karyawan/{id:long}"] = Admins,
        ["POST /admin/karyawan/{id:long}"] = Admins,

        ["GET /profil"] = Person,
        ["POST /profil"] = Person,
        ["GET /profil/sandi"] = Person,
        ["POST /profil/sandi"] = Person,
        ["GET /admin/audit"] = Admins,
        ["POST /admin/audit"] = Admins,
        ["GET /admin/token"] = Admins,
        ["POST /admin/token"] = Admins,
        ["GET /api/tokens/"] = Admins,
        ["POST /api/tokens/"] = Admins,
        ["DELETE /api/tokens/{id:long}"] = Admins,

        ["GET /ws"] = Person,
        ["POST /ws"] = Person,
    };

    private TestApp _app = null!;
    private long _owner, _colleague, _admin, _row;
    private string _revoked = "";

    public async Task InitializeAsync()
    {
        _app = await TestApp.StartAsync();
        (_owner, _colleague, _admin) = (await _app.AddPersonAsync(), await _app.AddPersonAsync(), await _app.AddPersonAsync(Roles.Admin));
        using var owner = await _app.SignInAsync(_owner);
        _row = (await owner.TapAsync("/absensi/masuk")).Json.GetProperty("data").GetProperty("id").GetInt64();
        var tokens = _app.Services.GetRequiredService<ApiTokens>();
        _revoked = await tokens.MakeAsync("revoked", Scopes.ReadAttendance, _admin, _admin, CancellationToken.None);
        await tokens.RevokeAsync((await tokens.AllAsync(CancellationToken.None)).Single().Id, CancellationToken.None);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public void EveryRouteStandsInTheTableAndNothingElseDoes()
    {
        var routes = Routes().ToHashSet(StringComparer.Ordinal);

        Assert.True(routes.IsSubsetOf(Table.Keys), $"Not in the table of {nameof(AccessTableTests)}: {string.Join(", ", routes.Except(Table.Keys))}");
        Assert.True(routes.SetEquals(Table.Keys), $"In the table of {nameof(AccessTableTests)}, but no route: {string.Join(", ", Table.Keys.Except(routes))}");
    }

    [Fact]
    public async Task EveryRouteLetsInWhomTheTableSaysAndNobodyElse()
    {
        var wrong = new List<string>();
        foreach (var (route, allowed) in Table)
        {
            foreach (var who in Anyone)
            {
                using var client = await ClientAsync(who);
                var answer = await AskAsync(client, route, json: true);
                var letIn = answer.Status is not (401 or 403 or 419 or >= 500) && !(answer.Status == 302 && answer.Header("Location") == "/login" && route.StartsWith("GET", StringComparison.Ordinal));
                if (letIn != allowed.Contains(who)) wrong.Add($"{route} for {who}: {answer.Status}");
                else if (!letIn && answer.Status != Refusal(who)) wrong.Add($"{route} for {who}: {answer.Status} instead of {Refusal(who)}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task APageThatWantsASessionLeadsToTheLogin()
    {
        foreach (var route in Table.Where(r => r.Key.StartsWith("GET", StringComparison.Ordinal) && !r.Value.Contains(Nobody)).Select(r => r.Key))
        {
            if (route.Contains("/api/", StringComparison.Ordinal) || route.Contains("/ws", StringComparison.Ordinal)) continue;
            using var nobody = _app.Anonymous();
            var answer = await AskAsync(nobody, route, json: false);
            Assert.True((answer.Status, answer.Header("Location")) == (302, "/login"), $"{route}: {answer.Status}");
        }
    }

    [Fact]
    public async Task FilesOfTheProgramAreForEveryone()
    {
        using var nobody = _app.Anonymous();

        Assert.Equal(200, (await nobody.GetAsync("/favicon.svg", json: false)).Status);
    }

    [Fact]
    public async Task TheDesignSystemIsThereForThoseWhoWorkOnTheProgramAlone()
    {
        await using var development = await TestApp.StartAsync(("APP_ENV", "development"));
        using var developer = development.Anonymous();
        using var admin = await _app.NewAdminAsync();

        Assert.Equal(200, (await developer.GetAsync("/dev/design", json: false)).Status);
        Assert.Equal(404, (await admin.GetAsync("/dev/design", json: false)).Status);
    }

    private static int Refusal(Who who) => who is Nobody or Ended or RevokedToken ? 401 : 403;

    private IEnumerable<string> Routes() =>
        from endpoint in _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]
        where method is not ("OPTIONS" or "HEAD")
        select $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}";

    private async Task<TestClient> ClientAsync(Who who)
    {
        switch (who)
        {
            case Nobody:
                return await WithFormTokenAsync(_app.Anonymous());
            case Ended:
                var token = await _app.Services.GetRequiredService<Sessions>().StartAsync(_owner, "127.0.0.1", "test", CancellationToken.None);
                await _app.Services.GetRequiredService<Sessions>().EndAsync(token, CancellationToken.None);
                var ended = _app.Anonymous();
                ended.SetCookie("absensi_session", token);
                return await WithFormTokenAsync(ended);
            case Reader:
                return await _app.ProgramAsync(Scopes.ReadAttendance, _admin, _admin);
            case ClockToken:
                return await _app.ProgramAsync(Scopes.WriteClock, _owner, _admin);
            case RevokedToken:
                return await WithFormTokenAsync(_app.WithToken(_revoked));
            default:
                return await _app.SignInAsync(who switch { Owner => _owner, Colleague => _colleague, _ => _admin });
        }
    }

    private static async Task<TestClient> WithFormTokenAsync(TestClient client)
    {
        await client.GetAsync("/login", json: false);
        return client;
    }

    private Task<Answer> AskAsync(TestClient client, string route, bool json)
    {
        var (method, path) = (route[..route.IndexOf(' ', StringComparison.Ordinal)], route[(route.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        path = path.Replace("{id}", $"{_row}", StringComparison.Ordinal).Replace("{id:long}", "999", StringComparison.Ordinal)
            .Replace("{status:int}", "404", StringComparison.Ordinal).Replace("{documentName}", "v1", StringComparison.Ordinal);
        return client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), json);
    }
}
