using System.Diagnostics;
using Absensi.Commands;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;
using Dapper;

namespace Absensi.Tests.Storage;

/// <summary>What the program relies on, whatever the database. One thin class per database says which.</summary>
public abstract partial class StorageContract : IAsyncLifetime
{
    private readonly List<StorageNode> _nodes = [];
    private (string Name, string Value)[] _environment = [];
    private StorageNode _node = null!;

    /// <summary>The environment of a node whose database is empty.</summary>
    protected abstract Task<(string Name, string Value)[]> NewDatabaseAsync();

    /// <summary>A statement after which no row of that person can be inserted into <c>attendances</c>.</summary>
    protected abstract string Refuse(long userId);

    public async Task InitializeAsync()
    {
        _environment = await NewDatabaseAsync();
        _node = await StartNodeAsync("app-node-1");
        await MigrateCommand.MigrateAsync(_node.Database, CancellationToken.None);
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private async Task<StorageNode> StartNodeAsync(string nodeId)
    {
        var node = await StorageNode.StartAsync(_environment, nodeId);
        _nodes.Add(node);
        return node;
    }

    private static LogEntry Accepted(ClockAnswer answer) => Assert.IsType<ClockAnswer.Accepted>(answer).Entry;

    private static Refusal Refused(ClockAnswer answer) => Assert.IsType<ClockAnswer.Refused>(answer).Reason;

    [Fact]
    public async Task ADayIsOneRowAndTwoEntries()
    {
        var person = await _node.AddPersonAsync();

        var before = Refused(await _node.ClockAsync(person, ClockKind.Out));
        var clockedIn = Accepted(await _node.ClockAsync(person));
        var twice = Refused(await _node.ClockAsync(person));
        var clockedOut = Accepted(await _node.ClockAsync(person, ClockKind.Out));
        var outTwice = Refused(await _node.ClockAsync(person, ClockKind.Out));

        Assert.Equal((Refusal.NotClockedIn, Refusal.AlreadyClockedIn, Refusal.AlreadyClockedOut), (before, twice, outTwice));
        Assert.Equal((1, 2), (clockedIn.Id, clockedOut.Id));
        var entries = await _node.CheckLogAsync();
        Assert.Equal([EventTypes.Created, EventTypes.Updated], entries.Select(e => e.EventType));
        Assert.Equal(clockedIn, entries[0] with { Payload = clockedIn.Payload });
        Assert.Equal(CanonicalJson.From(clockedIn.Payload), CanonicalJson.From(entries[0].Payload));
    }

    [Fact]
    public async Task TheTimeIsTheDatabasesLocalTime()
    {
        var person = await _node.AddPersonAsync();

        var before = _node.Settings.Rules.LocalTime(await _node.Database.UtcNowAsync(CancellationToken.None));
        var asked = Stopwatch.StartNew();
        var entry = Accepted(await _node.ClockAsync(person));
        var took = asked.Elapsed;
        var after = _node.Settings.Rules.LocalTime(await _node.Database.UtcNowAsync(CancellationToken.None));

        // What passed since the request was read is taken off: whatever took so long, it makes nobody late.
        Assert.InRange(entry.CreatedAt, before.AddSeconds(-1) - took, after);
        Assert.InRange(await _node.Database.UtcNowAsync(CancellationToken.None), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task TheSameRequestIdGetsTheFirstAnswerOnEveryNode()
    {
        var person = await _node.AddPersonAsync();
        var other = await StartNodeAsync("app-node-2");
        var id = Guid.NewGuid().ToString();

        var first = Accepted(await _node.ClockAsync(person, requestId: id));
        Accepted(await _node.ClockAsync(person, ClockKind.Out));
        var again = Accepted(await other.ClockAsync(person, requestId: id));
        var stolen = await other.ClockAsync(await _node.AddPersonAsync(), requestId: id);

        Assert.Equal((first.Id, first.Hash), (again.Id, again.Hash));
        Assert.IsType<ClockAnswer.KeyTaken>(stolen);
        Assert.Equal(2, (await _node.CheckLogAsync()).Count);
    }

    [Fact]
    public async Task AHundredTapsOfOnePersonOnThreeNodesMakeOneEntry()
    {
        var person = await _node.AddPersonAsync();
        StorageNode[] nodes = [_node, await StartNodeAsync("app-node-2"), await StartNodeAsync("app-node-3")];

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => nodes[i % 3].ClockAsync(person)));

        Assert.Single(answers.OfType<ClockAnswer.Accepted>());
        Assert.All(answers.OfType<ClockAnswer.Refused>(), a => Assert.Equal(Refusal.AlreadyClockedIn, a.Reason));
        Assert.Single(await _node.CheckLogAsync());
    }

    [Fact]
    public async Task NodesThatWriteAtOnceNumberWithoutAGapAndAReaderMissesNothing()
    {
        StorageNode[] nodes = [_node, await StartNodeAsync("app-node-2"), await StartNodeAsync("app-node-3")];
        var reader = await StartNodeAsync("reader");
        var people = new List<long>();
        for (var i = 0; i < 150; i++) people.Add(await _node.AddPersonAsync($"Orang {i}"));

        var seen = new List<long>();
        var reading = Task.Run(async () =>
        {
            while (seen.Count < 2 * people.Count)
                seen.AddRange((await reader.Log.ReadAsync(seen.Count == 0 ? 0 : seen[^1], 50, null, CancellationToken.None)).Select(e => e.Id));
        });
        var answers = await Task.WhenAll(people.Select(async (person, i) =>
        {
            var clockedIn = await nodes[i % 3].ClockAsync(person);
            return (In: Accepted(clockedIn), Out: Accepted(await nodes[(i + 1) % 3].ClockAsync(person, ClockKind.Out)));
        }));
        await reading.WaitAsync(TimeSpan.FromSeconds(30));

        var all = Enumerable.Range(1, 2 * people.Count).Select(i => (long)i);
        Assert.Equal(all, answers.SelectMany(a => new[] { a.In.Id, a.Out.Id }).Order());
        Assert.Equal(all, seen);
        await _node.CheckLogAsync();
    }

    [Fact]
    public async Task ABatchOfAllKindsAnswersEachItsOwn()
    {
        var (early, late) = (await _node.AddPersonAsync(), await _node.AddPersonAsync());
        var id = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(
            _node.ClockAsync(early, requestId: id), _node.ClockAsync(early, requestId: id), _node.ClockAsync(late, requestId: id),
            _node.ClockAsync(early), _node.ClockAsync(early, ClockKind.Out), _node.ClockAsync(late, ClockKind.Out), _node.ClockAsync(late), _node.ClockAsync(999_999));

        Assert.Equal(Accepted(answers[0]), Accepted(answers[1]));
        Assert.IsType<ClockAnswer.KeyTaken>(answers[2]);
        Assert.Equal(Refusal.AlreadyClockedIn, Refused(answers[3]));
        Accepted(answers[4]);
        Assert.Equal(Refusal.NotClockedIn, Refused(answers[5]));
        Accepted(answers[6]);
        Assert.IsType<ClockAnswer.NoSuchPerson>(answers[7]);
        Assert.Equal(3, (await _node.CheckLogAsync()).Count);
    }

    [Fact]
    public async Task OneRowThatCannotBeWrittenTakesNoOtherDown()
    {
        var people = new List<long>();
        for (var i = 0; i < 20; i++) people.Add(await _node.AddPersonAsync());
        await _node.Database.ExecuteAsync(Refuse(people[7]), null, CancellationToken.None);

        var taps = people.Select(p => _node.ClockAsync(p)).ToList();

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => taps[7]);
        taps.RemoveAt(7);
        Assert.All(await Task.WhenAll(taps), a => Accepted(a));
        Assert.Equal(19, (await _node.CheckLogAsync()).Count);
    }

    [Theory]
    [InlineData("Siti \"Ratu\" O'Brien \\ né 😀 <b>&amp;")]
    [InlineData("ጌታ　田中\t'; DROP TABLE users; --")]
    public async Task NamesAreKeptToTheLetter(string name)
    {
        var person = await _node.AddPersonAsync(name);

        var entry = Accepted(await _node.ClockAsync(person));

        Assert.Equal(name, (await _node.Users.FindAsync(person, CancellationToken.None))!.Name);
        Assert.Equal(name, AttendanceFact.Parse(entry.Payload).UserName);
        Assert.Equal(name, AttendanceFact.Parse(Assert.Single(await _node.CheckLogAsync()).Payload).UserName);
    }

    [Theory]
    [InlineData(-6.123456785, 106.123456789)]
    [InlineData(90, -180)]
    [InlineData(-90, 180)]
    [InlineData(0.00000001, -0.0000001)]
    [InlineData(0, 0)]
    public async Task PlacesAreKeptToEightDecimals(double latitude, double longitude)
    {
        var person = await _node.AddPersonAsync();

        Accepted(await _node.ClockAsync(person, position: new Position(latitude, longitude)));
        Accepted(await _node.ClockAsync(person, ClockKind.Out, position: new Position(longitude / 2, latitude)));

        await _node.CheckLogAsync();
    }

    [Fact]
    public async Task ClockingInOnADayMarkedAbsentKeepsItsRow()
    {
        var person = await _node.AddPersonAsync();
        var today = DateOnly.FromDateTime(_node.Settings.Rules.LocalTime(await _node.Database.UtcNowAsync(CancellationToken.None)));
        var absent = new AttendanceDay { Id = 40, UserId = person, Date = today, Status = AttendanceStatus.Alpha };
        await _node.Database.ExecuteAsync(BulkWrites.UpsertDays(_node.Database.Dialect), new { rows = BulkWrites.ToJson([absent]) }, CancellationToken.None);

        var entry = Accepted(await _node.ClockAsync(person));
        var next = Accepted(await _node.ClockAsync(await _node.AddPersonAsync()));

        Assert.Equal((40, 41), (entry.AttendanceId, next.AttendanceId));
    }
}
