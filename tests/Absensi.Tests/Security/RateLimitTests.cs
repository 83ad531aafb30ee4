namespace Absensi.Tests.Security;

public sealed class RateLimitTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task AFloodFromOnePersonIsTurnedAwayAndTouchesNobodyElse()
    {
        using var flooder = await _app.NewEmployeeAsync();
        using var colleague = await _app.NewEmployeeAsync();
        using var nobody = _app.Anonymous();

        var answers = new List<Answer>();
        for (var round = 0; round < 20 && answers.All(a => a.Status != 429); round++)
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => flooder.PostAsync("/absensi/masuk", null))));

        Assert.True(answers.TakeWhile(a => a.Status != 429).Count() >= 200);
        var refused = answers.First(a => a.Status == 429);
        Assert.Equal("Terlalu banyak permintaan. Coba lagi sebentar.", refused.Message);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!), 1, 60);
        Assert.Equal(200, (await colleague.TapAsync("/absensi/masuk")).Status);
        Assert.Equal(200, (await flooder.GetAsync("/riwayat")).Status);
        Assert.Equal(200, (await nobody.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task ThousandsOfPeopleBehindOneAddressAreNotLimited()
    {
        var people = new List<TestClient>();
        for (var i = 0; i < 40; i++) people.Add(await _app.NewEmployeeAsync());

        // Fewer at once than where a node that is behind turns people away.
        var answers = new List<Answer>();
        for (var round = 0; round < 30; round++) answers.AddRange(await Task.WhenAll(people.Select(p => p.TapAsync("/absensi/masuk"))));

        Assert.Equal(40, answers.Count(a => a.Status == 200));
        Assert.Equal(40 * 29, answers.Count(a => a.Status == 422));
        people.ForEach(p => p.Dispose());
    }

    [Fact]
    public async Task HealthAnswersWhileLoginsWaitForTheirPasswordChecks()
    {
        await using var slow = await TestApp.StartAsync(("BCRYPT_COST", "10"));
        using var nobody = slow.Anonymous();
        using var employee = await slow.NewEmployeeAsync();
        await nobody.GetAsync("/login", json: false);
        using var end = new CancellationTokenSource();
        var storm = Enumerable.Range(0, 100).Select(i => nobody.PostAsync("/login", Visitor.Form(("email", $"{i}@absensi.test"), ("password", "wrong")))).ToList();

        Assert.Equal(200, (await nobody.GetAsync("/health/ready")).Status);
        Assert.Equal(200, (await employee.TapAsync("/absensi/masuk")).Status);
        Assert.Contains(storm, login => !login.IsCompleted);
        await Task.WhenAll(storm);
    }
}
