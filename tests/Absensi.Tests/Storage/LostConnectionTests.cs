using System.Globalization;
using Absensi.Core.Events;
using Absensi.Commands;
using Absensi.Storage;
using Dapper;

namespace Absensi.Tests.Storage;

/// <summary>The line to the database breaks at every moment of a transaction; a node freezes within one.</summary>
[Collection("server")]
public sealed class LostConnectionTests(SharedServer server) : IAsyncLifetime
{
    private const int Longest = 100;

    private (string Name, string Value)[] _environment = [];
    private StorageNode _direct = null!;

    public async Task InitializeAsync()
    {
        _environment = await server.NewDatabaseAsync();
        _direct = await StorageNode.StartAsync(_environment, "app-node-2");
        await MigrateCommand.MigrateAsync(_direct.Database, CancellationToken.None);
    }

    public async Task DisposeAsync() => await _direct.DisposeAsync();

    [Theory]
    [InlineData(Cut.Before, false)]
    [InlineData(Cut.Middle, false)]
    [InlineData(Cut.Behind, false)]
    [InlineData(Cut.Before, true)]
    [InlineData(Cut.Behind, true)]
    public async Task WhereverTheLineBreaksTheAnswerIsTrueAndTheKeyGivesOneRow(Cut where, bool stays)
    {
        await using var proxy = new CuttingProxy(int.Parse(_environment.Single(v => v.Name == "DB_PORT").Value, CultureInfo.InvariantCulture));
        await using var node = await StorageNode.StartAsync(Through(proxy));
        var fates = new List<string>();

        for (var piece = 0; ; piece++)
        {
            Assert.InRange(piece, 0, Longest);
            var (person, key) = (await _direct.AddPersonAsync(), Guid.NewGuid().ToString());
            await node.Log.LastIdAsync(CancellationToken.None);

            proxy.Arm(piece, where, stays);
            var answer = await TapAsync(node, person, key);
            var cut = proxy.HasCut;
            proxy.Mend();

            var stands = (await _direct.Log.OfRequestsAsync([key], CancellationToken.None)).SingleOrDefault();
            var (again, isNew) = Assert.IsType<ClockAnswer.Accepted>(await node.ClockAsync(person, requestId: key));
            if (answer is not null) Assert.Equal((answer.Id, answer.Hash), (again.Id, again.Hash));
            if (stands is not null) Assert.Equal(stands.Id, again.Id);
            if (!cut) break;
            // A commit on its way when the line broke is over when the log can be had again, not when it is looked at.
            fates.Add(answer is not null ? "settled" : isNew ? "nothing" : "written");
        }

        var entries = await _direct.CheckLogAsync();
        Assert.Equal(entries.Count, entries.Select(e => e.UserId).Distinct().Count());
        Assert.True(fates.Count(f => f == "nothing") > 5, $"the cuts must fall into transactions: {string.Join(", ", fates)}");
        Assert.True(fates.Any(f => f != "nothing"), $"and behind commits: {string.Join(", ", fates)}");
    }

    [Fact]
    public async Task ANodeFrozenInItsTransactionDoesNotStopTheOthers()
    {
        await using var frozen = await StorageNode.StartAsync(_environment, "app-node-1");
        var person = await _direct.AddPersonAsync();
        var (holds, thaw) = (new TaskCompletionSource(), new TaskCompletionSource());
        var freeze = frozen.Database.WriteAsync(async (connection, transaction) =>
        {
            await connection.QueryAsync($"SELECT last_id FROM event_head WHERE id = 1 {frozen.Database.Dialect.ForUpdate}", transaction: transaction);
            holds.SetResult();
            await thaw.Task;
            return await connection.ExecuteAsync("UPDATE event_head SET last_id = 77 WHERE id = 1", transaction: transaction);
        }, CancellationToken.None);
        await holds.Task;

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var key = Guid.NewGuid().ToString();
        while (await TapAsync(_direct, person, key) is null) patience.Token.ThrowIfCancellationRequested();

        thaw.SetResult();
        var late = await Assert.ThrowsAnyAsync<Exception>(() => freeze);
        Assert.True(frozen.Database.Dialect.IsUnavailable(late), late.ToString());
        Assert.Single(await _direct.CheckLogAsync());
    }

    private IEnumerable<(string Name, string Value)> Through(CuttingProxy proxy) =>
        _environment.Select(v => v.Name switch { "DB_PORT" => (v.Name, $"{proxy.Port}"), _ => v });

    /// <returns>Null when the caller is told to ask again.</returns>
    private static async Task<LogEntry?> TapAsync(StorageNode node, long person, string key)
    {
        try
        {
            return Assert.IsType<ClockAnswer.Accepted>(await node.ClockAsync(person, requestId: key)).Entry;
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }
}
