using MySqlConnector;

namespace Absensi.MySql.Tests;

/// <summary>The method of MySQL 8 and 9, against the real thing.</summary>
[Collection("server")]
public sealed class CachingSha2Tests(ServerFixture fixture)
{
    private const string Password = "kata sandi yang cukup panjang, ä😀";

    [MySqlFact]
    public async Task TheFirstTimeOverTlsThePasswordItselfIsSentAndThenItsDigest()
    {
        var words = await NewUserAsync("sha_tls") + ";SslMode=Required";

        await OpenAsync(words);
        await OpenAsync(words);
    }

    [MySqlFact]
    public async Task TheFirstTimeWithoutTlsThePasswordIsSealedAndThenItsDigestSuffices()
    {
        var words = await NewUserAsync("sha_rsa") + ";SslMode=None";

        await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(words));
        await OpenAsync(words + ";AllowPublicKeyRetrieval=true");
        await OpenAsync(words);
    }

    [MySqlFact]
    public async Task AWrongPasswordIsRefusedEitherWay()
    {
        var words = await NewUserAsync("sha_wrong") + ";Password=salah";

        foreach (var mode in new[] { "SslMode=Required", "SslMode=None;AllowPublicKeyRetrieval=true" })
            Assert.Equal(1045, (await Assert.ThrowsAsync<MySqlException>(() => OpenAsync($"{words};{mode}"))).Number);
    }

    [MySqlFact]
    public async Task AnEmptyPasswordIsAnEmptyAnswer()
    {
        await fixture.AloneAsync("DROP USER IF EXISTS sha_empty");
        await fixture.AloneAsync("CREATE USER sha_empty IDENTIFIED BY ''");

        await OpenAsync($"{fixture.ConnectionString};Database=;User ID=sha_empty;Password=;SslMode=None");
    }

    private async Task<string> NewUserAsync(string name)
    {
        await fixture.AloneAsync($"DROP USER IF EXISTS {name}");
        await fixture.AloneAsync($"CREATE USER {name} IDENTIFIED WITH caching_sha2_password BY '{Password}'");
        return $"{fixture.ConnectionString};Database=;User ID={name};Password='{Password}';Pooling=false";
    }

    private static async Task OpenAsync(string connectionString)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync();
        Assert.True(await connection.PingAsync());
    }
}
