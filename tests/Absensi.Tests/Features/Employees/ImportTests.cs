using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Absensi.Security;
using Absensi.Storage;
using Absensi.Tests.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features.Employees;

public partial class ImportTests : IAsyncLifetime
{
    private TestApp _app = null!;
    private TestClient _admin = null!;

    protected virtual Task<TestApp> StartAsync() => TestApp.StartAsync();

    public async Task InitializeAsync()
    {
        _app = await StartAsync();
        _admin = await _app.NewAdminAsync();
    }

    public async Task DisposeAsync()
    {
        _admin.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task AFileIsShownThenWrittenAndItsPasswordsAreHadOnce()
    {
        await _app.AddPersonAsync(name: "Budi");
        await _app.AddPersonAsync(name: "Citra");
        var preview = await UploadAsync("Nama,Email,Peran\nSiti,siti@contoh.id,\nIbu Ani,ani@contoh.id,admin\nBudi Santoso,ORANG2@absensi.test,admin\nCitra,orang3@absensi.test,\n");
        var count = await CountAsync();
        var shown = await _admin.GetAsync(preview);

        var done = await _admin.PostAsync(preview, null);
        var key = done.Json.GetProperty("data").GetProperty("key").GetString()!;
        var csv = await PasswordsAsync(preview, key);

        Assert.Equal(3, count);
        Assert.Equal((false, 2, 1, 1), Summary(shown));
        Assert.Equal((true, 2, 1, 1), Summary(done));
        var people = (await _app.QueryAsync<(string Name, string Email, string Role, long Must)>("SELECT name, email, role, must_change_password FROM users ORDER BY id")).Skip(1);
        Assert.Equal(
            [("Budi Santoso", "orang2@absensi.test", "karyawan", 0L), ("Citra", "orang3@absensi.test", "karyawan", 0L), ("Siti", "siti@contoh.id", "karyawan", 1L), ("Ibu Ani", "ani@contoh.id", "admin", 1L)],
            people);
        var lines = csv.Body.TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["Nama,Email,Kata Sandi Sementara", "Siti,siti@contoh.id", "Ibu Ani,ani@contoh.id"], lines.Select((l, i) => i == 0 ? l : l[..l.LastIndexOf(',')]));
        Assert.Equal(422, (await PasswordsAsync(preview, key)).Status);
        Assert.Equal(422, (await _admin.PostAsync(preview, null)).Status);
        var code = lines[1][(lines[1].LastIndexOf(',') + 1)..];
        var audit = await _app.QueryAsync<string>("SELECT subject FROM audit_logs");
        Assert.Contains("orang.csv: 2 ditambahkan, 1 nama diperbarui", audit);
        Assert.Contains("siti@contoh.id (karyawan)", audit);
        Assert.Contains("orang2@absensi.test: Budi → Budi Santoso", audit);
        Assert.DoesNotContain(audit, a => a.Contains(code, StringComparison.Ordinal) || a.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnImportedPersonLogsInWithTheCodeAndGetsABcryptHashByIt()
    {
        var code = await ImportSitiAsync();
        Assert.StartsWith("$sha256$", await HashAsync());
        using var browser = _app.Anonymous();

        Assert.Equal(422, (await browser.LoginAsync("siti@contoh.id", $"{code}x")).Status);
        Assert.Equal(422, (await browser.LoginAsync("siti@contoh.id", (await HashAsync())["$sha256$".Length..])).Status);
        Assert.Equal(200, (await browser.LoginAsync("siti@contoh.id", code)).Status);
        Assert.StartsWith("$2y$", await HashAsync());
        Assert.Equal(FirstPassword.Page, (await browser.GetAsync("/dashboard", json: false)).Header("Location"));
        Assert.Equal(302, (await browser.SubmitAsync(FirstPassword.Page, json: false, ("current", code), ("password", "payung hujan sepeda"), ("again", "payung hujan sepeda"))).Status);
        Assert.Equal(200, (await browser.GetAsync("/dashboard", json: false)).Status);
    }

    [Fact]
    public async Task WhoHasAnotherPasswordByNowIsLeftOutOfTheFile()
    {
        var preview = await UploadAsync("Nama,Email\nSiti,siti@contoh.id\nBudi,budi@contoh.id\n");
        var key = (await _admin.PostAsync(preview, null)).Json.GetProperty("data").GetProperty("key").GetString()!;
        await _app.ExecuteAsync("UPDATE users SET password = 'another' WHERE email = 'budi@contoh.id'");

        var csv = await PasswordsAsync(preview, key);

        Assert.Contains("siti@contoh.id", csv.Body);
        Assert.DoesNotContain("budi@contoh.id", csv.Body);
    }

    [Fact]
    public async Task AFileWithProblemsWritesNothingAndTellsEachLine()
    {
        var answer = await SendAsync("Nama,Email\nSiti,siti@contoh.id\n<b>Budi</b>,bukan-email\n", json: true);
        var page = await SendAsync("Nama,Email\nSiti,siti@contoh.id\n<b>Budi</b>,<i>bukan\n", json: false);

        Assert.Equal((400, "Validation failed"), (answer.Status, answer.Message));
        Assert.Equal("Tulis email seperti nama@perusahaan.co.id.", answer.Json.GetProperty("errors").GetProperty("3.email")[0].GetString());
        Assert.Equal(400, page.Status);
        Assert.Contains("1 isian di orang.csv perlu diperbaiki", page.Body);
        Assert.DoesNotContain("<i>", page.Body);
        Assert.Equal(1, await CountAsync());
        Assert.Equal(0, (await _app.QueryAsync<long>("SELECT COUNT(*) FROM people_imports")).Single());
    }

    [Fact]
    public async Task AFileThatCannotBeTakenIsToldSoInWords()
    {
        foreach (var text in new[] { "", "apa saja", "Nama,Email\n" }) Assert.Equal(400, (await SendAsync(text, json: true)).Status);
        Assert.Contains("berkas", (await _admin.PostAsync("/admin/karyawan/impor", null)).Json.GetProperty("errors").ToString());
        Assert.Contains("lebih dari 10 MB", (await SendAsync($"Nama,Email\n{new string('x', 11 << 20)}", json: false)).Body);
    }

    [Fact]
    public async Task AnotherAdminsFileIsNobodyElses()
    {
        var preview = await UploadAsync("Nama,Email\nSiti,siti@contoh.id\n");
        using var other = await _app.NewAdminAsync();

        Assert.Equal(404, (await other.GetAsync(preview)).Status);
        Assert.Equal(404, (await other.PostAsync(preview, null)).Status);
        Assert.Equal(404, (await other.PostAsync($"{preview}?handler=Passwords", Visitor.Form(("key", new string('a', 64))))).Status);
        Assert.Equal(400, (await _admin.PostAsync($"{preview}?handler=Passwords", Visitor.Form(("key", "salah")))).Status);
    }

    [Fact]
    public async Task AFileConfirmedTwiceAtOnceIsWrittenOnce()
    {
        var preview = await UploadAsync("Nama,Email\nSiti,siti@contoh.id\nBudi,budi@contoh.id\n");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _admin.PostAsync(preview, null)));

        Assert.Equal([200, 422, 422, 422, 422, 422], answers.Select(a => a.Status).Order());
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task AnAddressTakenAfterThePreviewIsNotAddedTwice()
    {
        var preview = await UploadAsync("Nama,Email\nSiti,orang2@absensi.test\nBudi,budi@contoh.id\n");
        await _app.AddPersonAsync(name: "Siti");

        Assert.Equal((true, 1, 0, 1), Summary(await _admin.PostAsync(preview, null)));
    }

    [Fact]
    public async Task TenThousandPeopleAreOneImport()
    {
        var file = new StringBuilder("Nama;Email\n");
        for (var i = 0; i < 10_000; i++) file.Append($"Karyawan Nomor {i};karyawan.nomor.{i}@contoh.co.id\n");
        var preview = await UploadAsync(file.ToString());

        var done = await _admin.PostAsync(preview, null);

        Assert.Equal((true, 10_000, 0, 0), Summary(done));
        Assert.Equal(10_001, await CountAsync());
        var csv = await PasswordsAsync(preview, done.Json.GetProperty("data").GetProperty("key").GetString()!);
        Assert.Equal(10_000, Code().Matches(csv.Body).Select(m => m.Value).Distinct().Count());
        Assert.Equal(200, (await _admin.GetAsync("/admin/karyawan?sesudah=5000", json: false)).Status);
    }

    [Fact]
    public async Task WhatIsExportedCanBeImportedAndHoldsNoFormula()
    {
        await _app.AddPersonAsync(name: "=HYPERLINK(\"http://x\")");
        await _app.AddPersonAsync(name: "Siti \"Ratu\" é");

        var csv = await _admin.GetAsync("/admin/karyawan/export?format=csv&peran=karyawan");
        var workbook = await _admin.Http.GetByteArrayAsync("/admin/karyawan/export?format=xlsx&cari=siti");
        var template = await _admin.Http.GetByteArrayAsync("/admin/karyawan/impor/templat?format=xlsx");

        Assert.Contains("\"'=HYPERLINK(\"\"http://x\"\")\",orang2@absensi.test,karyawan,aktif,2025-01-01", csv.Body);
        Assert.Equal((false, 0, 0, 1), Summary(await _admin.GetAsync(await UploadAsync(workbook, "karyawan.xlsx"))));
        Assert.Equal(400, (await SendAsync(template, "templat.xlsx", json: true)).Status);
        foreach (var path in new[] { "/admin/karyawan/export?format=pdf", "/admin/karyawan/export?format=csv&peran=x", "/admin/karyawan/impor/templat" })
            Assert.Equal(400, (await _admin.GetAsync(path)).Status);
    }

    private async Task<string> ImportSitiAsync()
    {
        var preview = await UploadAsync("Nama,Email\nSiti,siti@contoh.id\n");
        var key = (await _admin.PostAsync(preview, null)).Json.GetProperty("data").GetProperty("key").GetString()!;
        return Code().Match((await PasswordsAsync(preview, key)).Body).Value;
    }

    /// <summary>A part of an upload is a stream that answers a seek before its beginning otherwise than a file does.</summary>
    [Fact]
    public async Task AnUploadThatOnlyBeginsLikeAWorkbookIsToldSo()
    {
        var answer = await SendAsync("PK\u0003\u0004rusak"u8.ToArray(), "rusak.xlsx", json: true);

        Assert.Equal(400, answer.Status);
        Assert.Contains("simpan ulang sebagai .xlsx", answer.Body, StringComparison.Ordinal);
    }

    private Task<string> UploadAsync(string csv) => UploadAsync(Encoding.UTF8.GetBytes(csv), "orang.csv");

    /// <returns>The address of its preview.</returns>
    private async Task<string> UploadAsync(byte[] file, string name)
    {
        var answer = await SendAsync(file, name, json: true);
        Assert.Equal(201, answer.Status);
        return $"/admin/karyawan/impor/{answer.Json.GetProperty("data").GetProperty("id")}";
    }

    private Task<Answer> SendAsync(string csv, bool json) => SendAsync(Encoding.UTF8.GetBytes(csv), "orang.csv", json);

    private Task<Answer> SendAsync(byte[] file, string name, bool json)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return _admin.PostAsync("/admin/karyawan/impor", new MultipartFormDataContent { { content, "berkas", name } }, json);
    }

    private Task<Answer> PasswordsAsync(string preview, string key) => _admin.PostAsync($"{preview}?handler=Passwords", Visitor.Form(("key", key)));

    private static (bool, int, int, int) Summary(Answer answer)
    {
        var data = answer.Json.GetProperty("data");
        return (data.GetProperty("applied").GetBoolean(), data.GetProperty("added").GetInt32(), data.GetProperty("renamed").GetInt32(), data.GetProperty("unchanged").GetInt32());
    }

    private async Task<long> CountAsync() => (await _app.QueryAsync<long>("SELECT COUNT(*) FROM users")).Single();

    private async Task<string> HashAsync() => (await _app.Services.GetRequiredService<Users>().FindAsync("siti@contoh.id", CancellationToken.None))!.Password;

    [GeneratedRegex("([a-z2-9]{4}-){6}[a-z2-9]{4}")]
    private static partial Regex Code();
}

[Collection("server")]
public sealed class ImportOnServerTests(Storage.SharedServer server) : ImportTests
{
    protected override async Task<TestApp> StartAsync() => await TestApp.StartAsync(await server.NewDatabaseAsync());
}
