using System.CommandLine;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi status</c>: nodes, log and counts, one line each. Exit code 1 when no node is online.</summary>
public static class StatusCommand
{
    public static Command Create()
    {
        var data = CommandLine.DataFolder();
        var command = new Command("status", "Nodes, lag, queue, counts: one line each; exit code 1 when no node is online") { data };
        command.SetAction((parsed, cancel) =>
        {
            var settings = Settings.Read(parsed.GetValue(data));
            return CommandLine.WithDatabaseAsync(settings, database => RunAsync(database, settings, cancel));
        });
        return command;
    }

    private static async Task<int> RunAsync(Database database, Settings settings, CancellationToken cancel)
    {
        await new Migrator(database).RequireCurrentAsync(cancel);
        var head = await new EventLog(database).LastIdAsync(cancel);
        var nodes = await new Nodes(database).AllAsync(cancel);
        foreach (var node in nodes)
        {
            Console.WriteLine(node.Online
                ? $"{node.NodeId}  {node.Name}  {node.Role}  online  position {node.LastEventId}  lag {Math.Max(0, head - node.LastEventId)}  queue {node.Queue}  seen {node.SeenAgo} s ago"
                : $"{node.NodeId}  {node.Name}  {node.Role}  offline  seen {node.SeenAgo} s ago");
        }

        if (nodes.Count == 0) Console.WriteLine("no node has run in the last day: start them with ./absensi up");
        var latest = (await new EventLog(database).LatestAsync(1, cancel)).FirstOrDefault();
        Console.WriteLine(latest is null ? "log  empty" : $"log  head {head}  latest {latest.CreatedAt:yyyy-MM-dd HH:mm:ss} from {latest.NodeId}");
        var today = DateOnly.FromDateTime(settings.Rules.LocalTime(await database.UtcNowAsync(cancel)));
        var counts = await database.FirstAsync<Counts>(
            """
            SELECT (SELECT COUNT(*) FROM users WHERE role = 'karyawan' AND active = 1) AS employees, (SELECT COUNT(*) FROM users WHERE role = 'admin' AND active = 1) AS admins,
                   (SELECT COUNT(*) FROM attendances) AS attendances, (SELECT COUNT(*) FROM attendances WHERE date = @today AND jam_masuk IS NOT NULL) AS today,
                   (SELECT COUNT(*) FROM sessions) AS sessions
            """, new { today }, cancel);
        Console.WriteLine($"people  {counts!.Employees} employees  {counts.Admins} admins  {counts.Sessions} sessions");
        Console.WriteLine($"attendances  {counts.Attendances}  today {counts.Today}");
        return nodes.Any(n => n.Online) ? 0 : 1;
    }

    private sealed class Counts
    {
        public long Employees { get; init; }
        public long Admins { get; init; }
        public long Attendances { get; init; }
        public long Today { get; init; }
        public long Sessions { get; init; }
    }
}
