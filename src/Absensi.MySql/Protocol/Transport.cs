using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MySqlConnector.Protocol;

/// <summary>The way to the server: a TCP or Unix socket, and TLS over it.</summary>
internal static class Transport
{
    public static async ValueTask<Socket> ConnectAsync(Settings settings, CancellationToken cancellationToken)
    {
        var socket = settings.IsUnixSocket
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (!settings.IsUnixSocket) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            EndPoint server = settings.IsUnixSocket ? new UnixDomainSocketEndPoint(settings.Server) : new DnsEndPoint(settings.Server, settings.Port);
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static async ValueTask<SslStream> SecureAsync(Stream stream, Settings settings, CancellationToken cancellationToken)
    {
        var trusted = new X509Certificate2Collection();
        if (settings.SslCa.Length > 0) trusted.ImportFromPemFile(settings.SslCa);
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = settings.IsUnixSocket ? "localhost" : settings.Server,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsAccepted(certificate, errors, settings.SslMode, trusted),
        }, cancellationToken).ConfigureAwait(false);
        return tls;
    }

    private static bool IsAccepted(X509Certificate? certificate, SslPolicyErrors errors, MySqlSslMode mode, X509Certificate2Collection trusted)
    {
        if (mode is MySqlSslMode.Preferred or MySqlSslMode.Required) return true;
        if (certificate is not X509Certificate2 presented || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return false;
        if (mode is MySqlSslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        if (trusted.Count == 0) return !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(presented);
    }
}
