using Absensi.Core.Attendance;
using Absensi.Core.Events;
using FsCheck;
using FsCheck.Fluent;

namespace Absensi.Core.Tests.Events;

public sealed class LedgerTests
{
    private static readonly WorkRules Rules = new(new TimeOnly(8, 30), TimeZoneInfo.Utc);

    [Fact]
    public void NumbersGoOnWithoutAGapAndEachEntryIsChainedToTheOneBefore()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(byte User, bool In, int Second)[]>(), taps =>
        {
            var ledger = Run(taps);
            var previous = HashChain.Genesis;
            for (var i = 0; i < ledger.Entries.Count; i++)
            {
                var entry = ledger.Entries[i];
                if (entry.Id != i + 1 || entry.Hash != HashChain.Compute(previous, entry)) return false;
                previous = entry.Hash;
            }

            return ledger.LastHash == previous && ledger.LastId == ledger.Entries.Count;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TheDaysCanBeRebuiltFromTheEntriesAlone()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(byte User, bool In, int Second)[]>(), taps =>
        {
            var ledger = Run(taps);
            var rebuilt = new Dictionary<long, AttendanceDay>();
            foreach (var fact in ledger.Entries.Select(e => AttendanceFact.Parse(e.Payload)))
                rebuilt[fact.Id] = Projection.Apply(rebuilt.GetValueOrDefault(fact.Id), fact);
            return rebuilt.Values.ToHashSet().SetEquals(ledger.Days);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void AnyChangeToAnEntryChangesItsHash()
    {
        var entry = Run([(1, true, 0)]).Entries[0];
        LogEntry[] forgeries =
        [
            entry with { Id = 2 },
            entry with { AttendanceId = 2 },
            entry with { UserId = 2 },
            entry with { EventType = EventTypes.Updated },
            entry with { NodeId = "app-node-2" },
            entry with { RequestId = "another" },
            entry with { CreatedAt = entry.CreatedAt.AddSeconds(1) },
            entry with { Payload = entry.Payload.Replace("Hadir", "Terlambat", StringComparison.Ordinal) },
        ];

        Assert.All(forgeries, forged => Assert.NotEqual(entry.Hash, HashChain.Compute(HashChain.Genesis, forged)));
        Assert.NotEqual(entry.Hash, HashChain.Compute(new string('1', 64), entry));
    }

    [Theory]
    [InlineData("""{"b":1,"a":-6.20880}""", """{ "a": -6.2088, "b": 1.0 }""")]
    [InlineData("""{"n":1e2,"s":"\u00e9"}""", """{"s":"é","n":100}""")]
    [InlineData("""[0.1,1e-7,null,true]""", """[1e-1, 0.0000001, null, true]""")]
    public void JsonThatADatabaseSpellsDifferentlyIsTheSame(string one, string other) => Assert.Equal(CanonicalJson.From(one), CanonicalJson.From(other));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":9007199254740993}""", """{"a":9007199254740992}""")]
    [InlineData("""[1,2]""", """[2,1]""")]
    public void JsonThatSaysSomethingElseIsNot(string one, string other) => Assert.NotEqual(CanonicalJson.From(one), CanonicalJson.From(other));

    [Fact]
    public void AFactIsReadBackAsItWasWritten()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(NonNull<string> Name, NormalFloat Latitude, NormalFloat Longitude, uint Second)>(), x =>
        {
            // A lone half of a surrogate pair is no text, and JSON can't carry it.
            var name = new string(x.Name.Get.Where(c => !char.IsSurrogate(c)).ToArray());
            var fact = new AttendanceFact
            {
                Id = 7, UserId = 3, UserName = name, Type = ClockKind.Out, Timestamp = new DateTime(2025, 1, 1).AddSeconds(x.Second),
                Position = new Position(x.Latitude.Get % 90, x.Longitude.Get % 180), NodeId = "n", Status = AttendanceStatus.Hadir,
                Date = new DateOnly(2025, 1, 1), ClockedInAt = new DateTime(2025, 1, 1), DurationMinutes = 5, WorkStart = new TimeOnly(8, 30), Accuracy = 3.5,
            };
            return AttendanceFact.Parse(fact.ToJson()) == fact;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TheWireCarriesTheDocumentsEventToTheLetter()
    {
        var fact = new AttendanceFact
        {
            Id = 123, UserId = 45, UserName = "Ahmad Rizki", Type = ClockKind.In, Timestamp = new DateTime(2025, 11, 14, 8, 15, 0),
            Position = new Position(-6.2088, 106.8456), NodeId = "app-node-1", Status = AttendanceStatus.Hadir, Date = new DateOnly(2025, 11, 14),
        };
        var entry = new LogEntry { Id = 1042, UserId = 45, EventType = EventTypes.Created, NodeId = "app-node-1", Payload = fact.ToJson(), CreatedAt = fact.Timestamp };

        Assert.Equal(
            """{"event_id":1042,"event":"AbsensiCreated","data":{"id":123,"user_id":45,"user_name":"Ahmad Rizki","type":"in","timestamp":"2025-11-14 08:15:00","latitude":-6.2088,"longitude":106.8456,"node_id":"app-node-1","status":"Hadir"}}""",
            System.Text.Encoding.UTF8.GetString(entry.ToWire()));
    }

    private static Ledger Run((byte User, bool In, int Second)[] taps)
    {
        var ledger = new Ledger(0, HashChain.Genesis, 0, Rules);
        foreach (var (user, isIn, second) in taps)
        {
            var at = new DateTime(2025, 11, 14).AddSeconds(Math.Abs((long)second) % (3 * 86_400));
            ledger.Record(new Tap(isIn ? ClockKind.In : ClockKind.Out, user % 4, $"Orang {user % 4}", new Position(user % 90, 1), null, at, "app-node-1"), Guid.NewGuid().ToString());
        }

        return ledger;
    }
}
