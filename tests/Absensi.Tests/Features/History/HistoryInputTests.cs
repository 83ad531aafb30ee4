namespace Absensi.Tests.Features.History;

public sealed class HistoryInputTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData("dari=2026-02-30", "dari")]
    [InlineData("sampai=kemarin", "sampai")]
    [InlineData("dari=2026-03-01&sampai=2026-02-01", "sampai")]
    [InlineData("status=Sakit", "status")]
    [InlineData("status=1", "status")]
    [InlineData("cari=%00", "cari")]
    [InlineData("durasi_min=-1", "durasi_min")]
    [InlineData("durasi_maks=1e3", "durasi_maks")]
    [InlineData("durasi_min=500&durasi_maks=400", "durasi_maks")]
    [InlineData("sebelum=2", "sebelum")]
    [InlineData("sesudah=2026-02-30.1", "sesudah")]
    public async Task AFilterThatMakesNoSenseIsRefusedByName(string query, string field)
    {
        using var admin = await _app.NewAdminAsync();

        foreach (var path in new[] { "/riwayat?", "/riwayat/export?format=csv&" })
        {
            var answer = await admin.GetAsync(path + query);
            Assert.Equal((400, "Validation failed"), (answer.Status, answer.Message));
            Assert.Equal(field, Assert.Single(answer.Json.GetProperty("errors").EnumerateObject()).Name);
        }

        Assert.Equal(400, (await admin.GetAsync("/riwayat?" + query, json: false)).Status);
    }

    [Fact]
    public async Task ANameOfTenThousandLettersIsRefusedAsAFilterAndSoIsALongNode()
    {
        using var admin = await _app.NewAdminAsync();

        var name = await admin.GetAsync($"/riwayat?cari={new string('a', 10_000)}");
        var node = await admin.GetAsync($"/riwayat?node={new string('n', 51)}");

        Assert.Equal((400, 400), (name.Status, node.Status));
        Assert.Contains("100", name.Json.GetProperty("errors").GetProperty("cari")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task ADayThatIsNotThereIsNotFound(string id)
    {
        using var admin = await _app.NewAdminAsync();

        Assert.Equal(404, (await admin.GetAsync($"/riwayat/{id}")).Status);
        Assert.Equal(404, (await admin.GetAsync($"/riwayat/{id}", json: false)).Status);
    }
}
