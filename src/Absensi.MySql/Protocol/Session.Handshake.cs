namespace MySqlConnector.Protocol;

internal sealed partial class Session
{
    /// <summary>More turns than any authentication takes; a server that goes on is talking nonsense.</summary>
    private const int MostAuthenticationTurns = 8;

    private async ValueTask ShakeHandsAsync(CancellationToken cancellationToken)
    {
        await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
        if (_wire.Payload is [Reply.Error, ..]) throw MySqlException.FromPacket(_wire.Payload);
        var greeting = new Greeting(_wire.Payload);
        (ServerVersion, Status) = (greeting.ServerVersion, greeting.Status);
        _agreed = greeting.Agree(Settings);

        var isSecure = Settings.IsUnixSocket;
        if (_agreed.HasFlag(Capabilities.Ssl))
        {
            await SecureAsync(greeting, cancellationToken).ConfigureAwait(false);
            isSecure = true;
        }
        else if (Settings.SslMode >= MySqlSslMode.Required)
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost, "The server does not offer TLS, which SslMode asks for.");

        var method = greeting.Method is Authentication.Native or Authentication.CachingSha2 ? greeting.Method : Authentication.Native;
        StartTurn();
        greeting.WriteResponse(_writer, _agreed, Settings, method, Authentication.Answer(method, greeting.Nonce, Settings.Password));
        await SendAsync(cancellationToken).ConfigureAwait(false);
        await AuthenticateAsync(method, greeting.Nonce.ToArray(), isSecure, cancellationToken).ConfigureAwait(false);
        (ConnectionId, Database) = (greeting.ConnectionId, Settings.Database);
    }

    private async ValueTask SecureAsync(Greeting greeting, CancellationToken cancellationToken)
    {
        StartTurn();
        greeting.WriteSslRequest(_writer, _agreed, Settings);
        await SendAsync(cancellationToken).ConfigureAwait(false);
        _wire.Stream = await Transport.SecureAsync(_wire.Stream, Settings, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AuthenticateAsync(string method, byte[] nonce, bool isSecure, CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < MostAuthenticationTurns; turn++)
        {
            await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
            switch (_wire.Payload)
            {
                case [Reply.Ok, ..]:
                    ReadOutcome();
                    return;
                case [Reply.Error, ..]:
                    throw MySqlException.FromPacket(_wire.Payload);
                case [Reply.End, ..]:
                    (method, nonce) = ReadSwitch(_wire.Payload);
                    await ReplyAsync(Authentication.Answer(method, nonce, Settings.Password), cancellationToken).ConfigureAwait(false);
                    break;
                case [Reply.MoreAuthData, Authentication.Sha2Accepted] when method == Authentication.CachingSha2:
                    break;
                case [Reply.MoreAuthData, Authentication.Sha2FullAuthentication] when method == Authentication.CachingSha2:
                    var proof = isSecure ? Authentication.Plain(Settings.Password) : await SealAsync(nonce, cancellationToken).ConfigureAwait(false);
                    await ReplyAsync(proof, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw MySqlException.Malformed("an answer that fits no authentication");
            }
        }
        throw MySqlException.Malformed("one more question after every answer");
    }

    private static (string Method, byte[] Nonce) ReadSwitch(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload[1..]);
        var method = PayloadReader.Text(reader.NullTerminated());
        var nonce = reader.Rest();
        return (method, (nonce is [.., 0] ? nonce[..^1] : nonce).ToArray());
    }

    private async ValueTask<byte[]> SealAsync(byte[] nonce, CancellationToken cancellationToken)
    {
        if (Settings.ServerRsaPublicKeyFile.Length > 0)
        {
            var key = await File.ReadAllTextAsync(Settings.ServerRsaPublicKeyFile, cancellationToken).ConfigureAwait(false);
            return Authentication.Sealed(Settings.Password, nonce, key);
        }
        if (!Settings.AllowPublicKeyRetrieval)
            throw new MySqlException(MySqlErrorCode.UnableToConnectToHost,
                "The server wants the password over a connection without TLS. Use TLS, or give ServerRsaPublicKeyFile, or set AllowPublicKeyRetrieval=true.");

        await ReplyAsync([Authentication.Sha2RequestKey], cancellationToken).ConfigureAwait(false);
        await _wire.NextAsync(cancellationToken).ConfigureAwait(false);
        if (_wire.Payload is [Reply.Error, ..]) throw MySqlException.FromPacket(_wire.Payload);
        if (_wire.Payload is not [Reply.MoreAuthData, ..]) throw MySqlException.Malformed("something else than its public key");
        return Authentication.Sealed(Settings.Password, nonce, PayloadReader.Text(_wire.Payload[1..]));
    }

    private ValueTask ReplyAsync(byte[] answer, CancellationToken cancellationToken)
    {
        StartTurn();
        _writer.Bytes(answer);
        return SendAsync(cancellationToken);
    }

    /// <summary>In the handshake the packets of both sides are numbered through.</summary>
    private void StartTurn()
    {
        _writer.Clear();
        _writer.Start(_wire.Sequence);
    }

    /// <summary>The handshake's character set is a wish the server may ignore, and a reset forgets it; this is an order.</summary>
    private async ValueTask NameCharactersAsync(CancellationToken cancellationToken)
    {
        Start(Command.Query);
        _writer.Text("SET NAMES utf8mb4");
        await SendAsync(cancellationToken).ConfigureAwait(false);
        await ReadHeadAsync(null, cancellationToken).ConfigureAwait(false);
    }
}
