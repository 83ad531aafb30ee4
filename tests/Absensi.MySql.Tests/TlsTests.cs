using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Absensi.Testing;
using MySqlConnector;

namespace Absensi.MySql.Tests;

/// <summary>A server with a certificate for "localhost" by an authority made up for the occasion.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tls-").FullName;
    private MariaDbServer _server = null!;

    public async Task InitializeAsync()
    {
        MakeCertificates();
        _server = await MariaDbServer.CreateAsync($"--ssl-cert={_folder}/server.pem", $"--ssl-key={_folder}/server.key", $"--ssl-ca={_folder}/ca.pem");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EachModeTrustsNoMoreThanItsName()
    {
        Assert.Equal("", await CipherAsync("127.0.0.1", "SslMode=None"));
        Assert.NotEqual("", await CipherAsync("127.0.0.1", "SslMode=Preferred"));
        Assert.NotEqual("", await CipherAsync("127.0.0.1", "SslMode=Required"));
        Assert.NotEqual("", await CipherAsync("127.0.0.1", $"SslMode=VerifyCA;SslCa={_folder}/ca.pem"));
        Assert.NotEqual("", await CipherAsync("localhost", $"SslMode=VerifyFull;SslCa={_folder}/ca.pem"));
        await RefusedAsync("127.0.0.1", $"SslMode=VerifyFull;SslCa={_folder}/ca.pem");
        await RefusedAsync("localhost", "SslMode=VerifyFull");
        await RefusedAsync("localhost", $"SslMode=VerifyCA;SslCa={_folder}/stranger.pem");
    }

    [Fact]
    public async Task APooledConnectionOverTlsIsUsedAgain()
    {
        await using var database = new MySqlDataSource($"{_server.ConnectionString};SslMode=Required");
        var threads = new HashSet<int>();
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await database.OpenConnectionAsync();
            threads.Add(connection.ServerThread);
        }

        Assert.Single(threads);
    }

    [Fact]
    public async Task AUnixSocketNeedsNoWordButItsPath()
    {
        await using var connection = new MySqlConnection($"Server={_server.Socket};User ID={MariaDbServer.User};Password={MariaDbServer.Password};Pooling=false");
        await connection.OpenAsync();

        Assert.True(await connection.PingAsync());
        Assert.Equal(_server.Socket, connection.DataSource);
    }

    [Fact]
    public async Task AWrongPasswordIsRefusedByNumber()
    {
        await using var connection = new MySqlConnection(_server.ConnectionString + ";Password=salah");

        var error = await Assert.ThrowsAsync<MySqlException>(() => connection.OpenAsync());

        Assert.Equal((1045, "28000", false), (error.Number, error.SqlState, error.IsTransient));
    }

    [Fact]
    public void BlockingCallsWorkToo()
    {
        using var connection = new MySqlConnection(_server.ConnectionString);
        connection.Open();
        using var transaction = connection.BeginTransaction();
        using var command = new MySqlCommand("SELECT 1 UNION SELECT 2", connection, transaction);
        using (var reader = command.ExecuteReader())
        {
            Assert.True(reader.Read() && reader.Read());
            Assert.False(reader.Read());
        }
        transaction.Commit();
    }

    private async Task<string> CipherAsync(string host, string words)
    {
        await using var connection = new MySqlConnection($"Server={host};Port={_server.Port};User ID={MariaDbServer.User};Password={MariaDbServer.Password};Pooling=false;{words}");
        await connection.OpenAsync();
        await using var command = new MySqlCommand("SHOW SESSION STATUS LIKE 'Ssl_cipher'", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetString(1);
    }

    private async Task RefusedAsync(string host, string words)
    {
        var error = await Assert.ThrowsAsync<MySqlException>(() => CipherAsync(host, words));
        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, error.ErrorCode);
    }

    private void MakeCertificates()
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var strangerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority("CN=authority", authorityKey).CreateSelfSigned(from, until);
        using var stranger = Authority("CN=stranger", strangerKey).CreateSelfSigned(from, until);

        var request = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(authority, from, until, [1, 2, 3]);

        File.WriteAllText($"{_folder}/ca.pem", authority.ExportCertificatePem());
        File.WriteAllText($"{_folder}/stranger.pem", stranger.ExportCertificatePem());
        File.WriteAllText($"{_folder}/server.pem", server.ExportCertificatePem());
        File.WriteAllText($"{_folder}/server.key", serverKey.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
