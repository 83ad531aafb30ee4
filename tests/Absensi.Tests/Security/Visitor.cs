using System.Net.Http.Headers;
using System.Net.Http.Json;
using Absensi.Security;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Security;

/// <summary>What the tests of this folder do again and again.</summary>
internal static class Visitor
{
    public const string Password = "Kopi-pagi-di-teras-7";

    /// <summary>A person who can log in with <see cref="Password"/>.</summary>
    public static async Task<(long Id, string Email)> AddPersonWithPasswordAsync(this TestApp app, string role = Roles.Karyawan, bool mustChange = false)
    {
        var id = await app.AddPersonAsync(role, passwordHash: Passwords.Hash(Password, 4));
        if (mustChange) await app.ExecuteAsync("UPDATE users SET must_change_password = 1 WHERE id = @id", new { id });
        return (id, (await app.Services.GetRequiredService<Users>().FindAsync(id, CancellationToken.None))!.Email);
    }

    public static Task<Answer> LoginAsync(this TestClient browser, string email, string password = Password, bool json = true) =>
        browser.SubmitAsync("/login", json, ("email", email), ("password", password));

    /// <summary>Opens the page and sends its form, as a browser would.</summary>
    public static async Task<Answer> SubmitAsync(this TestClient browser, string path, bool json, params (string Name, string Value)[] fields)
    {
        await browser.GetAsync(path, json: false);
        return await browser.PostAsync(path, Form(fields), json);
    }

    public static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));

    public static Task ExecuteAsync(this TestApp app, string sql, object? parameters = null) => app.Database.ExecuteAsync(sql, parameters, CancellationToken.None);

    public static Task<IReadOnlyList<T>> QueryAsync<T>(this TestApp app, string sql, object? parameters = null) => app.Database.QueryAsync<T>(sql, parameters, CancellationToken.None);

    /// <summary>A program with a token of that scope, in the name of that person.</summary>
    public static async Task<TestClient> ProgramAsync(this TestApp app, string scope, long userId, long adminId)
    {
        var token = await app.Services.GetRequiredService<ApiTokens>().MakeAsync("test", scope, userId, adminId, CancellationToken.None);
        return app.WithToken(token);
    }

    public static TestClient WithToken(this TestApp app, string token)
    {
        var client = app.Anonymous();
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public static Task<Answer> PostJsonAsync(this TestClient client, string path, object body) => client.PostAsync(path, JsonContent.Create(body));
}
