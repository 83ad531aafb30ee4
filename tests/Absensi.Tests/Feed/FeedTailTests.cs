using System.Globalization;
using Absensi.Commands;
using Absensi.Feed;
using Absensi.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Absensi.Tests.Feed;

public sealed class FeedTailTests : IAsyncLifetime
{
    // A million with ABSENSI_TEST_EVENTS=1000000; fewer take the same paths.
    private static readonly int Events = int.Parse(Environment.GetEnvironmentVariable("ABSENSI_TEST_EVENTS") ?? "100000", CultureInfo.InvariantCulture);

    private readonly string _folder = Directory.CreateTempSubdirectory("absensi-feed-").FullName;
    private Database _database = null!;
    private long[] _users = [];

    public async Task InitializeAsync()
    {
        _database = new Database(new SqliteDialect(_folder));
        await MigrateCommand.MigrateAsync(_database, CancellationToken.None);
        var users = new Users(_database);
        _users = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (await users.AddAsync($"Orang {i}", $"o{i}@absensi.test", "x", Roles.Karyawan, false, new DateTime(2025, 1, 1), CancellationToken.None))!.Value));
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task AFollowerNeverSkipsANumberWhileSeveralWrite()
    {
        using var tail = NewTail();
        var seen = 0L;
        var wrong = new List<string>();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tail.Follow((position, events) =>
        {
            begun.TrySetResult();
            foreach (var e in events)
                if (e.Id != ++seen) wrong.Add($"{e.Id} came where {seen} was due");
            if (position != seen) wrong.Add($"position {position} after {seen}");
        });
        await tail.StartAsync(CancellationToken.None);
        await begun.Task; // it looks where the log ends on a thread of its own; what is written before that is none of its news

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(WriteAsync)));
        var last = await new EventLog(_database).LastIdAsync(CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (Volatile.Read(ref seen) < last && wrong.Count == 0) await Task.Delay(20, patience.Token);
        await tail.StopAsync(CancellationToken.None);

        Assert.Empty(wrong);
        Assert.Equal(last, seen);

        // Each writer is a process of its own as far as the gate can tell.
        async Task WriteAsync()
        {
            await using var own = new Database(new SqliteDialect(_folder));
            var filler = new LogFiller(own, _users);
            for (var written = 0; written < Events / 3 + 1;) written += await AppendSomeAsync(filler);
        }

        async Task<int> AppendSomeAsync(LogFiller filler)
        {
            try
            {
                var count = Random.Shared.Next(1, 512);
                await filler.AppendAsync(count);
                return count;
            }
            catch (StorageUnavailableException)
            {
                // The others kept the gate for too long; nothing was written.
                return 0;
            }
        }
    }

    [Fact]
    public async Task ReadingByPageGivesEachEventOnceFromAnyPosition()
    {
        var last = await new LogFiller(_database, _users).AppendAsync(FeedTail.Remembered);
        using var tail = NewTail();
        await tail.StartAsync(CancellationToken.None);
        await UntilAsync(() => tail.Position == last);
        for (var i = 0; i < 7; i++) last = await new LogFiller(_database, _users).AppendAsync(300);
        await UntilAsync(() => tail.Position == last);

        foreach (var after in new[] { 0, 1, FeedTail.PageSize, FeedTail.Remembered - 1, FeedTail.Remembered, FeedTail.Remembered + 1, last - 1, last })
        {
            Assert.Equal(Range(after, last), await ReadAllAsync(tail, after, null));
            var mine = (await new EventLog(_database).ReadAsync(after, int.MaxValue, _users[3], CancellationToken.None)).Select(e => e.Id);
            Assert.Equal(mine, await ReadAllAsync(tail, after, _users[3]));
        }

        await tail.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task AFollowerThatComesLateIsToldWhereTheTailStands()
    {
        var last = await new LogFiller(_database, _users).AppendAsync(10);
        using var tail = NewTail();
        await tail.StartAsync(CancellationToken.None);
        await UntilAsync(() => tail.Position == last);

        var told = new List<(long Position, int Events)>();
        tail.Follow((position, events) => told.Add((position, events.Count)));

        Assert.Equal([(last, 0)], told);
        await tail.StopAsync(CancellationToken.None);
    }

    private FeedTail NewTail() => new(new EventLog(_database), new Doorbell(null), NullLogger<FeedTail>.Instance);

    private static async Task<List<long>> ReadAllAsync(FeedTail tail, long after, long? user)
    {
        var ids = new List<long>();
        while (after < tail.Position)
        {
            var page = await tail.ReadAsync(after, user, CancellationToken.None);
            ids.AddRange(page.Events.Select(e => e.Id));
            Assert.True(page.UpTo > after);
            after = page.UpTo;
        }

        return ids;
    }

    private static IEnumerable<long> Range(long after, long last) => Enumerable.Range(0, (int)(last - after)).Select(i => after + 1 + i);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition()) await Task.Delay(5, patience.Token);
    }
}
