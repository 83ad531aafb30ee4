using Absensi.Security;
using Absensi.Storage;

namespace Absensi.Tests.Storage;

public abstract partial class StorageContract
{
    [Fact]
    public async Task FailuresOfOneNodeSlowDownTheNext()
    {
        var other = await StartNodeAsync("app-node-2");
        using var here = new LoginThrottle(_node.Database);
        using var there = new LoginThrottle(other.Database);
        var attempt = new LoginAttempt(new string('a', 64), "203.0.113.1", "203.0.113.1", KnownBrowser: false);

        for (var i = 0; i < 4; i++) await here.FailedAsync(attempt, CancellationToken.None);
        Assert.Equal(0, await there.WaitAsync(attempt, CancellationToken.None));
        await there.FailedAsync(attempt, CancellationToken.None);

        Assert.InRange(await here.WaitAsync(attempt, CancellationToken.None), 1, 15);
        Assert.Equal(0, await here.WaitAsync(attempt with { Origin = "browser:1", KnownBrowser = true }, CancellationToken.None));
        await here.SucceededAsync(attempt, CancellationToken.None);
        Assert.Equal(0, await there.WaitAsync(attempt, CancellationToken.None));
    }

    [Fact]
    public async Task FailuresOfManyAtOnceAreAllCounted()
    {
        var other = await StartNodeAsync("app-node-2");
        using var here = new LoginThrottle(_node.Database);
        using var there = new LoginThrottle(other.Database);
        static LoginAttempt At(int account) => new($"{account:x64}", "203.0.113.1", "203.0.113.1", KnownBrowser: false);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? here : there).FailedAsync(At(i % 5), CancellationToken.None)));

        Assert.Equal(60, await _node.Database.FirstAsync<int>("SELECT failures FROM login_failures WHERE account = '*'", null, CancellationToken.None));
        Assert.Equal(Enumerable.Repeat(12, 10), await _node.Database.QueryAsync<int>("SELECT failures FROM login_failures WHERE account <> '*'", null, CancellationToken.None));
    }

    [Fact]
    public async Task OfManyWhoWantALeaseAtOnceOneHasItAndNobodyFails()
    {
        var other = await StartNodeAsync("app-node-2");
        Leases[] leases = [new(_node.Database), new(other.Database)];

        for (var round = 0; round < 10; round++)
        {
            var had = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => leases[i % 2].TakeAsync($"job-{round / 2}", $"holder-{i}", 60, CancellationToken.None)));
            Assert.Single(had, true);
        }
    }

    [Fact]
    public async Task FailuresAreForgottenAfterHalfAnHour()
    {
        using var throttle = new LoginThrottle(_node.Database);
        var attempt = new LoginAttempt(new string('b', 64), "203.0.113.1", "203.0.113.1", KnownBrowser: false);
        for (var i = 0; i < 12; i++) await throttle.FailedAsync(attempt, CancellationToken.None);
        await _node.Database.ExecuteAsync("UPDATE login_failures SET last_at = last_at - 1801", null, CancellationToken.None);

        Assert.Equal(0, await throttle.WaitAsync(attempt, CancellationToken.None));
        await throttle.FailedAsync(attempt, CancellationToken.None);

        Assert.Equal([1, 1, 1], await _node.Database.QueryAsync<int>("SELECT failures FROM login_failures", null, CancellationToken.None));
    }

    [Fact]
    public async Task ASessionThatWasEndedIsNotRememberedByALookUpThatBeganBefore()
    {
        using var sessions = new Sessions(_node.Database, _node.Settings);
        var person = await _node.AddPersonAsync();

        for (var round = 0; round < 50; round++)
        {
            var token = await sessions.StartAsync(person, null, null, CancellationToken.None);
            var during = Enumerable.Range(0, 8).Select(_ => Task.Run(() => sessions.FindAsync(token, CancellationToken.None))).ToList();
            await sessions.EndAsync(token, CancellationToken.None);
            await Task.WhenAll(during);

            Assert.Null(await sessions.FindAsync(token, CancellationToken.None));
        }
    }

    [Fact]
    public async Task ATokenIsMadeUsedAndRevoked()
    {
        var tokens = new ApiTokens(_node.Database);
        var (admin, employee) = (await _node.AddPersonAsync("Sari"), await _node.AddPersonAsync("Budi"));

        var text = await tokens.MakeAsync("Mesin absen", Scopes.WriteClock, employee, admin, CancellationToken.None);
        var first = await tokens.FindAsync(text, CancellationToken.None);
        var listed = (await tokens.AllAsync(CancellationToken.None)).Single();

        Assert.Equal(("Budi", Scopes.WriteClock, "Sari", null), (first!.UserName, first.Scope, first.CreatedByName, first.UsedAgo));
        Assert.NotNull(listed.LastUsedAt);
        Assert.Null(await tokens.FindAsync(text.ToLowerInvariant(), CancellationToken.None));
        Assert.Equal("Mesin absen", await tokens.RevokeAsync(listed.Id, CancellationToken.None));
        Assert.Null(await tokens.RevokeAsync(listed.Id, CancellationToken.None));
        Assert.Null(await tokens.FindAsync(text, CancellationToken.None));
    }

    [Fact]
    public async Task TheAuditLogIsReadPageByPageFromTheNewest()
    {
        var audit = new AuditLog(_node.Database, _node.Settings);
        for (var i = 1; i <= 5; i++) await audit.WriteAsync(i % 2 == 0 ? AuditActions.PersonAdded : AuditActions.Exported, $"ke-{i} 😀 {new string('x', 300)}", CancellationToken.None);

        var newest = await audit.PageAsync(null, null, 2, CancellationToken.None);
        var next = await audit.PageAsync(null, newest[^1].Id, 10, CancellationToken.None);
        var added = await audit.PageAsync(AuditActions.PersonAdded, null, 10, CancellationToken.None);

        Assert.Equal(["ke-5", "ke-4", "ke-3", "ke-2", "ke-1"], newest.Concat(next).Select(r => r.Subject[..4]));
        Assert.Equal(["ke-4", "ke-2"], added.Select(r => r.Subject[..4]));
        Assert.All(next, r => Assert.Equal(255, r.Subject.Length));
    }

    [Fact]
    public async Task APersonsSessionsAreListedAndEnded()
    {
        using var sessions = SessionsOf(_node.Database, _node.Settings);
        var (person, other) = (await _node.AddPersonAsync(), await _node.AddPersonAsync());
        var one = await sessions.StartAsync(person, "203.0.113.1", "ponsel", CancellationToken.None);
        await sessions.StartAsync(person, "203.0.113.2", "laptop", CancellationToken.None);
        var stays = await sessions.StartAsync(other, "203.0.113.3", "lain", CancellationToken.None);

        var mine = await sessions.OfUserAsync(person, CancellationToken.None);
        var ended = await sessions.EndOfUserAsync(person, mine.Single(s => s.Ip == "203.0.113.2").Id, CancellationToken.None);

        Assert.Equal((2, 1), (mine.Count, ended));
        Assert.NotNull(await sessions.FindAsync(one, CancellationToken.None));
        Assert.Equal(1, await sessions.EndOfUserAsync(person, only: null, CancellationToken.None));
        Assert.Null(await sessions.FindAsync(one, CancellationToken.None));
        Assert.NotNull(await sessions.FindAsync(stays, CancellationToken.None));
    }

    [Fact]
    public async Task AnUnknownAddressHasAStandIn()
    {
        await _node.AddPersonAsync();

        Assert.Equal("none", await _node.Users.StandInHashAsync("ffffffffffff0000", CancellationToken.None));
    }
}
