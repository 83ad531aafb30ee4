using System.Globalization;
using System.Text;
using MySqlConnector;
using MySqlConnector.Protocol;
using Xunit.Abstractions;

namespace Absensi.MySql.Tests;

/// <summary>Real replies, recorded once and played again broken. Everything happens in memory, so a wait would show as an unfinished task.</summary>
[Collection("server")]
public sealed class FuzzTests(ServerFixture fixture, ITestOutputHelper output)
{
    private const int Runs = 100_000;
    private const long MostBytes = 8 << 20;
    private static readonly Settings s_nowhere = new(new MySqlConnectionStringBuilder("Server=127.0.0.1;Port=1;User ID=u;SslMode=None;MaxAllowedPacket=1048576"));

    [Fact]
    public async Task ARecordedConversationReplaysToTheSameValues()
    {
        var (replies, said) = await RecordAsync();

        Assert.Equal(said, Replay(replies, new Random(1)).Said);
        Assert.Equal(11, said.Count);
    }

    [Fact]
    public async Task AConversationCutAnywhereGivesAnExceptionAndNoWrongValue()
    {
        var (replies, said) = await RecordAsync();

        for (var reply = 0; reply < replies.Count; reply++)
        for (var length = 0; length < replies[reply].Count; length++)
        {
            var (heard, error) = Replay([.. replies[..reply], replies[reply][..length]], new Random(length));
            Assert.IsType<MySqlException>(error);
            Assert.Equal(said.Take(heard.Count), heard);
        }
    }

    [Fact]
    public void ALengthThatIsNeverFilledCostsNoMemory()
    {
        var wire = new Wire(new ReplayStream([[0xFE, 0xFF, 0xFF, 0, 1, 2, 3]], new Random(1)), 128 << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var waiting = wire.NextAsync(CancellationToken.None);

        Assert.True(waiting.IsFaulted);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task MutatedRepliesEndInAnExceptionOrAResultAndNeverInAHangOrInMuchMemory()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var (replies, _) = await RecordAsync();
        var surprises = new List<string>();
        var whole = 0;

        Parallel.For(0, Runs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, run =>
        {
            var random = new Random(HashCode.Combine(seed, run));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var (_, error) = Replay(Mutated(replies, random), random);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (error is null) Interlocked.Increment(ref whole);
            if (error is null or MySqlException or InvalidCastException or FormatException or OverflowException or ArgumentOutOfRangeException or InvalidOperationException
                && allocated < MostBytes) return;
            lock (surprises) surprises.Add($"seed {seed} run {run}: {allocated} bytes, {error}");
        });

        output.WriteLine($"{whole} of {Runs} mutations still made sense");
        Assert.Empty(surprises);
    }

    /// <summary>Says the same to every server and notes what comes back.</summary>
    private static async Task TalkAsync(MySqlConnection connection, List<string> said)
    {
        await using (var command = new MySqlCommand("SELECT * FROM fuzzed WHERE id > @id ORDER BY id", connection))
        {
            command.Parameters.AddWithValue("id", 0);
            for (var i = 0; i < 2; i++)
            {
                await using var reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync())
                {
                    var row = new StringBuilder();
                    for (var column = 0; column < reader.FieldCount; column++)
                        row.Append(reader.GetName(column)).Append('=').Append(reader.GetValue(column) switch
                        {
                            byte[] blob => Convert.ToHexString(blob),
                            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
                        }).Append(' ');
                    said.Add(row.ToString());
                }
            }
        }
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var update = new MySqlCommand("UPDATE fuzzed SET small = 1 WHERE id = -1", connection, transaction);
            said.Add($"{await update.ExecuteNonQueryAsync()}");
            await transaction.CommitAsync();
        }
        try
        {
            await using var wrong = new MySqlCommand("SELECT nothing FROM nowhere", connection);
            await wrong.ExecuteScalarAsync();
        }
        catch (MySqlException e) when (e.SqlState is not null)
        {
            said.Add($"{e.Number} {e.SqlState}");
        }
        await using (var call = new MySqlCommand("CALL fuzz()", connection))
        await using (var reader = await call.ExecuteReaderAsync())
        {
            do
            {
                while (await reader.ReadAsync()) said.Add($"{reader.GetInt64(0)}");
            }
            while (await reader.NextResultAsync());
        }
    }

    private async Task<(List<List<byte>> Replies, List<string> Said)> RecordAsync()
    {
        await using (var connection = await fixture.Database.OpenConnectionAsync())
        await using (var setup = new MySqlCommand(
            """
            DROP TABLE IF EXISTS fuzzed; DROP PROCEDURE IF EXISTS fuzz;
            CREATE TABLE fuzzed (id INT PRIMARY KEY, small TINYINT(1), big BIGINT UNSIGNED, ratio DOUBLE, money DECIMAL(20,4), at DATETIME(6), day DATE, time TIME(3), flags BIT(9),
              name VARCHAR(100), kind ENUM('hadir','alpa'), note TEXT, blob_ VARBINARY(300), guid CHAR(36), json JSON);
            INSERT INTO fuzzed VALUES (1, 1, 18446744073709551615, 0.5, 12.5, '2026-01-02 03:04:05.678901', '2026-01-02', '-12:30:00.5', b'101', 'Siti 😀', 'alpa', REPEAT('n', 260),
              REPEAT(x'FB', 255), '0f8fad5b-d9cb-469f-a165-70867728950e', '{"a": 1}'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              (3, 0, 0, -1, -0.0001, '2026-12-31', '9999-12-31', '00:00:00', b'0', '', 'hadir', '', '', NULL, '[]');
            CREATE PROCEDURE fuzz () BEGIN SELECT 7; SELECT 8; SELECT 9; END;
            """, connection)) await setup.ExecuteNonQueryAsync();

        var words = new MySqlConnectionStringBuilder(fixture.With("SslMode=None;AllowPublicKeyRetrieval=true"));
        var settings = new Settings(words);
        var socket = await Transport.ConnectAsync(settings, CancellationToken.None);
        var recording = new RecordingStream(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true));
        var said = new List<string>();
        await using (var connection = new MySqlConnection(await Session.OpenAsync(recording, null, settings, 0, CancellationToken.None))) await TalkAsync(connection, said);
        return (recording.Replies, said);
    }

    private static (List<string> Said, Exception? Error) Replay(List<List<byte>> replies, Random random)
    {
        var said = new List<string>();
        var talk = ReplayAsync(new ReplayStream(replies, random), said);
        return talk.IsCompleted ? (said, talk.Exception?.InnerException) : (said, new TimeoutException("the driver waits"));
    }

    private static async Task ReplayAsync(ReplayStream stream, List<string> said)
    {
        Session session;
        try
        {
            session = await Session.OpenAsync(stream, null, s_nowhere, 0, CancellationToken.None);
        }
        catch (EndOfStreamException e)
        {
            throw MySqlException.Lost("as opening over a socket would say", e);
        }
        await using var connection = new MySqlConnection(session);
        await TalkAsync(connection, said);
    }

    private static List<List<byte>> Mutated(List<List<byte>> replies, Random random)
    {
        List<List<byte>> mutated = [.. replies.Select(reply => reply.ToList())];
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var bytes = mutated[random.Next(mutated.Count)];
            if (bytes.Count == 0) continue;
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = (byte)(0xFB + random.Next(5)); break;
                case 3: bytes.RemoveRange(at, length); break;
                case 4: bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256))); break;
                case 5: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }
        return mutated;
    }
}
