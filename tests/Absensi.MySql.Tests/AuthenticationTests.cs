using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MySqlConnector;
using MySqlConnector.Protocol;

namespace Absensi.MySql.Tests;

public sealed class AuthenticationTests
{
    private const string Password = "pässword";
    private const string Sha2 = "caching_sha2_password";
    private static readonly RSA s_key = RSA.Create(RSA.Create(1024).ExportParameters(includePrivateParameters: true));

    [Fact]
    public async Task TheFastPathOfCachingSha2NeedsOnlyTheDigest()
    {
        using var server = new FakeServer(async peer =>
        {
            await peer.SendAsync(FakeServer.Greeting(Sha2));
            await CheckDigestAsync(peer, await peer.ReceiveAsync());
            await peer.SendAsync([1, 3], FakeServer.Ok);
            await SettleAsync(peer);
        });

        await OpenAsync(server.ConnectionString);
    }

    [Fact]
    public async Task WithoutTlsThePasswordIsSealedWithTheServersKeyWhenThatIsAllowed()
    {
        var opened = "";
        using var server = new FakeServer(async peer =>
        {
            await peer.SendAsync(FakeServer.Greeting("mysql_native_password"));
            await peer.ReceiveAsync();
            await peer.SendAsync(FakeServer.Switch(Sha2));
            await peer.ReceiveAsync();
            await peer.SendAsync([1, 4]);
            if (await peer.ReceiveAsync() is not [2]) return;
            await peer.SendAsync([1, .. Encoding.ASCII.GetBytes(s_key.ExportSubjectPublicKeyInfoPem())]);
            var plain = s_key.Decrypt(await peer.ReceiveAsync(), RSAEncryptionPadding.OaepSHA1);
            opened = Encoding.UTF8.GetString([.. plain.Select((b, i) => (byte)(b ^ FakeServer.Nonce[i % 20]))]);
            await peer.SendAsync(FakeServer.Ok);
            await SettleAsync(peer);
        });

        var refused = await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionString));
        Assert.Contains("AllowPublicKeyRetrieval", refused.Message, StringComparison.Ordinal);
        await OpenAsync(server.ConnectionString + ";AllowPublicKeyRetrieval=true");
        Assert.Equal(Password + "\0", opened);
    }

    [Fact]
    public async Task AKeyKnownBeforehandIsNotAskedFor()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, s_key.ExportSubjectPublicKeyInfoPem());
        using var server = new FakeServer(async peer =>
        {
            await peer.SendAsync(FakeServer.Greeting(Sha2));
            await peer.ReceiveAsync();
            await peer.SendAsync([1, 4]);
            s_key.Decrypt(await peer.ReceiveAsync(), RSAEncryptionPadding.OaepSHA1);
            await peer.SendAsync(FakeServer.Ok);
            await SettleAsync(peer);
        });

        await OpenAsync($"{server.ConnectionString};ServerRSAPublicKeyFile={file}");
        File.Delete(file);
    }

    [Theory]
    [InlineData("mysql_clear_password")]
    [InlineData("auth_gssapi_client")]
    public async Task AMethodThatWouldShowThePasswordOrIsUnknownIsRefused(string method)
    {
        using var server = new FakeServer(async peer =>
        {
            await peer.SendAsync(FakeServer.Greeting("mysql_native_password"));
            await peer.ReceiveAsync();
            await peer.SendAsync(FakeServer.Switch(method));
            await peer.StallAsync();
        });

        var error = await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionString));

        Assert.Contains(method, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerWithoutTlsIsRefusedWhenTlsIsRequired()
    {
        using var server = new FakeServer(async peer =>
        {
            await peer.SendAsync(FakeServer.Greeting("mysql_native_password"));
            await peer.StallAsync();
        });

        var error = await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionString.Replace("SslMode=None", "SslMode=Required", StringComparison.Ordinal)));

        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, error.ErrorCode);
    }

    [Fact]
    public async Task ARefusalBeforeTheGreetingKeepsItsNumber()
    {
        using var server = new FakeServer(peer => peer.SendAsync([0xFF, 0x10, 0x04, .. "Too many connections"u8]));

        var error = await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionString));

        Assert.Equal((1040, true, "Too many connections"), (error.Number, error.IsTransient, error.Message));
    }

    [Fact]
    public async Task AServerThatNeverGreetsTimesOut()
    {
        using var server = new FakeServer(peer => peer.StallAsync());
        var began = Stopwatch.GetTimestamp();

        var error = await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionString + ";ConnectionTimeout=1"));

        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, error.ErrorCode);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 30);
    }

    [Fact]
    public async Task AServerThatAsksForEverIsGivenUp()
    {
        using var server = new FakeServer(async peer =>
        {
            await peer.SendAsync(FakeServer.Greeting("mysql_native_password"));
            while (true)
            {
                await peer.ReceiveAsync();
                await peer.SendAsync(FakeServer.Switch("mysql_native_password"));
            }
        });

        var error = await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionString));

        Assert.Equal(MySqlErrorCode.MalformedPacket, error.ErrorCode);
    }

    [Fact]
    public async Task ARequestForALocalFileIsNonsenseAndBreaksTheConnection()
    {
        using var server = new FakeServer(async peer =>
        {
            await peer.WelcomeAsync();
            await peer.ReceiveAsync();
            await peer.SendAsync([0xFB, .. "/etc/passwd"u8]);
            await peer.StallAsync();
        });
        await using var connection = new MySqlConnection(server.ConnectionString);
        await connection.OpenAsync();

        var error = await Assert.ThrowsAsync<MySqlException>(async () => await connection.BeginTransactionAsync(System.Data.IsolationLevel.Snapshot));

        Assert.Equal(MySqlErrorCode.MalformedPacket, error.ErrorCode);
        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
    }

    private static async Task CheckDigestAsync(FakeServer.Peer peer, byte[] response)
    {
        var expected = Authentication.Answer(Sha2, FakeServer.Nonce, Password);
        if (response.AsSpan().IndexOf((byte[])[32, .. expected]) < 0) await peer.SendAsync(FakeServer.Error(1045, "28000", "wrong digest"));
    }

    private static async Task SettleAsync(FakeServer.Peer peer)
    {
        await peer.ReceiveAsync();
        await peer.SendAsync(FakeServer.Ok);
        await peer.StallAsync();
    }

    private static async Task OpenAsync(string connectionString)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync();
    }
}
