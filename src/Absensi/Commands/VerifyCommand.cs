using System.CommandLine;
using System.Globalization;
using Absensi.Core.Events;
using Absensi.Storage;

namespace Absensi.Commands;

/// <summary><c>absensi verify</c>: is the log whole, and is <c>attendances</c> what the log says? Exit code 1 at the first difference.</summary>
public static class VerifyCommand
{
    private const int CodeDigits = 6;

    public static Command Create()
    {
        var receipt = new Option<string?>("--receipt") { Description = "look one receipt up instead, e.g. 1042-9F3A1C", HelpName = "CODE" };
        receipt.Validators.Add(given =>
        {
            if (given.Tokens.Count == 1 && Parse(given.Tokens[0].Value) is null) given.AddError("--receipt must be a code such as 1042-9F3A1C.");
        });
        var backup = new Option<string?>("--backup") { Description = "prove a backup instead: restores it in a temporary database and checks that", HelpName = "FILE" };
        var data = CommandLine.DataFolder();
        var command = new Command("verify", "Replays the event log: checks its hash chain, and that attendances is what it says. Exit code 1 when something is wrong") { receipt, backup, data };
        command.Validators.Add(given =>
        {
            if (given.GetValue(receipt) is not null && given.GetValue(backup) is not null) given.AddError("--receipt and --backup don't go together.");
        });
        command.SetAction((parsed, cancel) => parsed.GetValue(backup) is { } file ? ProveAsync(file, Settings.Read(parsed.GetValue(data)), cancel) : CommandLine.WithDatabaseAsync(Settings.Read(parsed.GetValue(data)), async database =>
        {
            await new Migrator(database).RequireCurrentAsync(cancel);
            return parsed.GetValue(receipt) is { } code ? await FindAsync(database, code, cancel) : await ReplayAsync(database, cancel);
        }));
        return command;
    }

    private static async Task<int> ProveAsync(string file, Settings settings, CancellationToken cancel)
    {
        await using var restored = await Restored.FromAsync(file, settings.Database, cancel);
        try
        {
            var people = await restored.PeopleAsync(cancel);
            // An older version's backup is brought up to date as it would be after a real loss.
            await MigrateCommand.MigrateAsync(restored.Database, cancel);
            var newest = (await new EventLog(restored.Database).LatestAsync(1, cancel)).FirstOrDefault();
            Console.WriteLine($"Restored {file}: {Plural(people, "person", "people")}. Newest entry: {(newest is null ? "none" : $"{newest.Receipt}, {StoredValue.Print(newest.CreatedAt)}")}.");
            return await ReplayAsync(restored.Database, cancel);
        }
        catch (Exception fault) when (fault is not StorageException && restored.Database.Dialect.Explain(fault) is { } explanation)
        {
            throw new StorageException($"{file}: {explanation}", fault);
        }
    }

    private static async Task<int> ReplayAsync(Database database, CancellationToken cancel)
    {
        var report = await new LogCheck(database).RunAsync(cancel);
        Console.WriteLine(report.Difference is { } difference
            ? $"Difference: {difference}. Before it, {Plural(report.Entries, "entry", "entries")} and {Plural(report.Days, "attendance", "attendances")} are in order."
            : $"In order: {Plural(report.Entries, "entry", "entries")} chained without a gap, {Plural(report.Days, "attendance", "attendances")} exactly as the log says.");
        return report.Difference is null ? 0 : 1;
    }

    private static async Task<int> FindAsync(Database database, string code, CancellationToken cancel)
    {
        var (id, digits) = Parse(code)!.Value;
        var log = new EventLog(database);
        if (await log.FindAsync(id, cancel) is not { } entry || entry.Receipt != $"{id}-{digits}")
        {
            Console.WriteLine($"No entry has the receipt {code}: this log did not issue it, or the entry was changed since.");
            return 1;
        }

        var whole = entry.Hash == HashChain.Compute(await log.HashBeforeAsync(id, cancel), entry);
        var fact = AttendanceFact.Parse(entry.Payload);
        Console.WriteLine($"{entry.Receipt}: {fact.UserName} (user {fact.UserId}) clocked {(entry.EventType == EventTypes.Created ? "in" : "out")} at {StoredValue.Print(fact.Timestamp)} on {fact.NodeId}, {fact.Status}.");
        Console.WriteLine($"Hash {entry.Hash} {(whole ? "is right" : "is WRONG: the entry was changed after it was written")}.");
        return whole ? 0 : 1;
    }

    private static (long Id, string Digits)? Parse(string code)
    {
        var dash = code.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && long.TryParse(code.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && code.Length - dash - 1 == CodeDigits && code.AsSpan(dash + 1).IndexOfAnyExcept("0123456789abcdefABCDEF") < 0
            ? (id, code[(dash + 1)..].ToUpperInvariant()) : null;
    }

    private static string Plural(long count, string one, string many) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many)}";
}
