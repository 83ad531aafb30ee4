namespace Absensi.Tests.Features.Recap;

public sealed class RecapInputTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData("2026-13")]
    [InlineData("2026-2")]
    [InlineData("1999-12")]
    [InlineData("9999-12")]
    [InlineData("'; DROP TABLE users; --")]
    public async Task AMonthThatDoesNotExistIsRefused(string month)
    {
        using var admin = await _app.NewAdminAsync();

        foreach (var path in new[] { "/rekap", "/rekap/export?format=csv", "/rekap/cetak" })
        {
            var answer = await admin.GetAsync($"{path}{(path.Contains('?') ? '&' : '?')}bulan={Uri.EscapeDataString(month)}");
            Assert.Equal(400, answer.Status);
            Assert.Equal(400, (await admin.GetAsync($"{path}{(path.Contains('?') ? '&' : '?')}bulan={Uri.EscapeDataString(month)}", json: false)).Status);
        }
    }

    [Fact]
    public async Task AFileIsByPersonOrByDay()
    {
        using var admin = await _app.NewAdminAsync();

        var answer = await admin.GetAsync("/rekap/export?format=csv&per=minggu");

        Assert.Equal((400, "The per must be hari, or be left out."), (answer.Status, answer.Json.GetProperty("errors").GetProperty("per")[0].GetString()));
    }

    [Fact]
    public async Task APageShowsTheFirstOfManyAndAllWhenAsked()
    {
        using var admin = await _app.NewAdminAsync();
        for (var i = 0; i < 303; i++) await _app.AddPersonAsync(name: $"Orang {i:000}");

        var first = (await admin.GetAsync("/rekap", json: false)).Body;
        var all = (await admin.GetAsync("/rekap?semua=1", json: false)).Body;

        Assert.Equal(300, first.Split("riwayat bulan ini").Length - 1);
        Assert.Contains("300 orang pertama", first, StringComparison.Ordinal);
        Assert.Equal(303, all.Split("riwayat bulan ini").Length - 1);
        Assert.DoesNotContain("orang pertama", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheRecapIsNotForEmployees()
    {
        using var employee = await _app.NewEmployeeAsync();

        foreach (var path in new[] { "/rekap", "/rekap/cetak", "/rekap/export?format=csv" }) Assert.Equal(403, (await employee.GetAsync(path)).Status);
    }
}
