using System.Diagnostics;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;
using Absensi.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Absensi.Tests.Storage;

/// <summary>What a node is to the database: connections and a writer of its own.</summary>
public sealed class StorageNode : IAsyncDisposable
{
    public static readonly Position Monas = new(-6.1753924, 106.8271528);

    private StorageNode(Settings settings, string nodeId)
    {
        Settings = settings;
        Database = Database.From(settings);
        Log = new Absensi.Storage.EventLog(Database);
        Ledger = new LedgerWriter(Database, settings.Rules, NullLogger<LedgerWriter>.Instance);
        Writer = new AttendanceWriter(Database, Ledger, Log, settings.Rules, nodeId, NullLogger<AttendanceWriter>.Instance);
    }

    public Settings Settings { get; }
    public Database Database { get; }
    public Absensi.Storage.EventLog Log { get; }
    public LedgerWriter Ledger { get; }
    public AttendanceWriter Writer { get; }
    public Users Users => new(Database);

    public static async Task<StorageNode> StartAsync(IEnumerable<(string Name, string Value)> environment, string nodeId = "app-node-1")
    {
        var variables = environment.ToDictionary(v => v.Name, v => v.Value);
        variables.TryAdd("APP_TIMEZONE", Noon.Zone);
        var node = new StorageNode(Settings.Parse(new SettingsSource(variables.GetValueOrDefault)), nodeId);
        await node.Writer.StartAsync(CancellationToken.None);
        return node;
    }

    public async Task<long> AddPersonAsync(string name = "Ahmad Rizki", string role = Roles.Karyawan) =>
        (await Users.AddAsync(name, $"{Guid.NewGuid():N}@absensi.test", "none", role, false, new DateTime(2025, 1, 1), CancellationToken.None))!.Value;

    public Task<ClockAnswer> ClockAsync(long userId, ClockKind kind = ClockKind.In, string? requestId = null, Position? position = null) =>
        Writer.ClockAsync(new ClockRequest(userId, kind, position ?? Monas, null, requestId ?? Guid.NewGuid().ToString(), Stopwatch.GetTimestamp()));

    /// <summary>Fails unless the log is 1 to N, chained, and what it says is what <c>attendances</c> holds.</summary>
    /// <returns>The entries.</returns>
    public async Task<IReadOnlyList<LogEntry>> CheckLogAsync()
    {
        var entries = new List<LogEntry>();
        var days = new Dictionary<long, AttendanceDay>();
        var hash = HashChain.Genesis;
        for (IReadOnlyList<LogEntry> page; (page = await Log.ReadAsync(entries.Count, 1000, null, CancellationToken.None)).Count > 0; entries.AddRange(page))
        {
            foreach (var (i, entry) in page.Index())
            {
                Assert.Equal(entries.Count + i + 1, entry.Id);
                Assert.Equal(HashChain.Compute(hash, entry), entry.Hash);
                hash = entry.Hash;
                var fact = AttendanceFact.Parse(entry.Payload);
                days[fact.Id] = Projection.Apply(days.GetValueOrDefault(fact.Id), fact);
            }
        }

        Assert.Equal(entries.Count, await Log.LastIdAsync(CancellationToken.None));
        var rows = await Database.QueryAsync<AttendanceRow>($"SELECT {AttendanceRow.Columns} FROM attendances a ORDER BY a.id", null, CancellationToken.None);
        Assert.Equal(days.Values.OrderBy(d => d.Id), rows.Select(r => r.ToDay()));
        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.StopAsync(CancellationToken.None);
        Writer.Dispose();
        await Database.DisposeAsync();
    }
}
