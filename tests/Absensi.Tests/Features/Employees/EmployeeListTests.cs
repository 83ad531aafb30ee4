using Absensi.Features.Employees;
using Absensi.Storage;
using Absensi.Tests.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features.Employees;

public class EmployeeListTests : IAsyncLifetime
{
    private TestApp _app = null!;

    protected virtual Task<TestApp> StartAsync() => TestApp.StartAsync();

    public async Task InitializeAsync() => _app = await StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task PagesForthAndBackShowEverybodyOnceByName()
    {
        var names = Enumerable.Range(0, 120).Select(i => i % 3 == 0 ? "Siti" : $"{(i % 2 == 0 ? "budi" : "Ahmad")} {i % 7}").ToList();
        foreach (var name in names) await _app.AddPersonAsync(name: name);
        var list = _app.Services.GetRequiredService<EmployeeList>();
        var all = EmployeeFilter.Everything;

        var forth = new List<EmployeePage> { await list.PageAsync(all, CancellationToken.None) };
        while (forth[^1].Next is { } next) forth.Add(await list.PageAsync(all with { After = next }, CancellationToken.None));
        var back = new List<EmployeePage> { forth[^1] };
        while (back[^1].Previous is { } previous) back.Add(await list.PageAsync(all with { Before = previous }, CancellationToken.None));

        var people = forth.SelectMany(p => p.People).ToList();
        Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), people.Select(p => p.Name), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(120, people.Select(p => p.Id).Distinct().Count());
        Assert.Equal(people.Select(p => p.Id), back.AsEnumerable().Reverse().SelectMany(p => p.People).Select(p => p.Id));
        Assert.Equal([50, 50, 20], forth.Select(p => p.People.Count));
    }

    [Fact]
    public async Task ASearchTakesItsSignsLiterallyAndFiltersAddUp()
    {
        using var admin = await _app.NewAdminAsync();
        await _app.AddPersonAsync(name: "Diskon 100%");
        await _app.AddPersonAsync(name: "Budi_Santoso");
        var gone = await _app.AddPersonAsync(name: "budi hartono");
        await _app.ExecuteAsync("UPDATE users SET active = 0 WHERE id = @gone", new { gone });

        Assert.Equal(["Diskon 100%"], await NamesAsync(admin, "?cari=0%25"));
        Assert.Equal(["Budi_Santoso"], await NamesAsync(admin, "?cari=i_s"));
        Assert.Empty(await NamesAsync(admin, "?cari=!"));
        Assert.Equal(["budi hartono", "Budi_Santoso"], await NamesAsync(admin, "?cari=BUDI"));
        Assert.Equal(["budi hartono"], await NamesAsync(admin, "?cari=budi&status=nonaktif"));
        Assert.Equal(["Orang 1"], await NamesAsync(admin, "?peran=admin&status=aktif"));
        Assert.Equal(["Diskon 100%"], await NamesAsync(admin, "?cari=orang2%40"));
        Assert.Equal(["Orang 1", "Diskon 100%"], (await NamesAsync(admin, "?status=aktif")).Except(["Budi_Santoso"]).OrderDescending());
    }

    [Theory]
    [InlineData("peran=bos")]
    [InlineData("status=Aktif")]
    [InlineData("sesudah=x")]
    [InlineData("sebelum=-1")]
    [InlineData("sesudah=99999999999999999999")]
    [InlineData("cari=a%00b")]
    public async Task AFilterThatMakesNoSenseIsRefused(string query)
    {
        using var admin = await _app.NewAdminAsync();

        var answer = await admin.GetAsync($"/admin/karyawan?{query}");

        Assert.Equal((400, "Validation failed"), (answer.Status, answer.Message));
        Assert.True(answer.Json.GetProperty("errors").TryGetProperty(query[..query.IndexOf('=', StringComparison.Ordinal)], out _));
        Assert.Equal(400, (await admin.GetAsync($"/admin/karyawan?{query}", json: false)).Status);
    }

    [Fact]
    public async Task NamesThatAreMarkupAndVeryLongOnesAreShownAsText()
    {
        using var admin = await _app.NewAdminAsync();
        var id = await _app.AddPersonAsync(name: $"<b>Ani</b> {new string('x', 190)}");

        foreach (var path in new[] { "/admin/karyawan", $"/admin/karyawan/{id}", "/admin/karyawan?cari=%3Cb%3Etidak", $"/admin/karyawan?sesudah={id}", "/admin/karyawan?sesudah=987654" })
        {
            var page = await admin.GetAsync(path, json: false);
            Assert.Equal(200, page.Status);
            Assert.DoesNotContain("<b>", page.Body, StringComparison.Ordinal);
        }
    }

    private static async Task<List<string>> NamesAsync(TestClient admin, string query)
    {
        var answer = await admin.GetAsync($"/admin/karyawan{query}");
        Assert.Equal(200, answer.Status);
        return [.. answer.Json.GetProperty("data").EnumerateArray().Select(p => p.GetProperty("name").GetString()!)];
    }
}

[Collection("server")]
public sealed class EmployeeListOnServerTests(Storage.SharedServer server) : EmployeeListTests
{
    protected override async Task<TestApp> StartAsync() => await TestApp.StartAsync(await server.NewDatabaseAsync());
}
