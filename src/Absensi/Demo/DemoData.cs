using Microsoft.Extensions.Logging.Abstractions;
using System.Text.Json;
using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Security;
using Absensi.Storage;
using Dapper;

namespace Absensi.Demo;

/// <summary>What was added: people who may log in with the password, and entries of the log.</summary>
internal sealed record DemoResult(IReadOnlyList<DemoPerson> Added, int AlreadyThere, string Password, long Entries);

/// <summary>Made-up people and their history, written through the log like anybody's.</summary>
internal sealed class DemoData(Database database, WorkRules rules)
{
    private static readonly TimeSpan EndOfWork = TimeSpan.FromHours(17);

    /// <summary>Adds those of the first <paramref name="employees"/> who are not there yet, with the workdays of the last <paramref name="days"/> days and of today so far.</summary>
    public async Task<DemoResult> AddAsync(int employees, int days, int seed, CancellationToken cancel)
    {
        var now = rules.LocalTime(await database.UtcNowAsync(cancel));
        var people = Enumerable.Range(1, employees).Select(number => DemoPeople.Create(number, seed)).ToList();
        var known = (await IdsAsync(people, cancel)).Keys.ToHashSet(StringComparer.Ordinal);
        var added = people.FindAll(p => !known.Contains(p.Email));
        if (added.Count == 0) return new DemoResult([], people.Count, "", 0);

        var password = Passwords.Random();
        await AddPeopleAsync(added, Passwords.Hash(password), now, cancel);
        var ids = await IdsAsync(added, cancel);
        var writer = new LedgerWriter(database, rules, NullLogger<LedgerWriter>.Instance);
        long entries = 0;
        var today = DateOnly.FromDateTime(now);
        for (var date = today.AddDays(-days); date <= today; date = date.AddDays(1))
        {
            if (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) continue;
            var facts = added.SelectMany(p => Day(p, ids[p.Email], date, now, seed)).OrderBy(f => f.At).ToList();
            entries += await writer.WriteAsync(open =>
            {
                facts.ForEach(f => f.Record(open.Ledger));
                return Task.FromResult(open.Ledger.Entries.Count);
            }, cancel);
        }

        return new DemoResult(added, known.Count, password, entries);
    }

    private IEnumerable<(DateTime At, Action<Ledger> Record)> Day(DemoPerson person, long userId, DateOnly date, DateTime now, int seed)
    {
        var day = DemoDay.Of(person.Number, date, rules, seed);
        if (day.ArrivesAt is null && date < DateOnly.FromDateTime(now)) yield return Absence(person, userId, date, day.NodeId);
        foreach (var (kind, at) in new[] { (ClockKind.In, day.ArrivesAt), (ClockKind.Out, day.LeavesAt) })
            if (at <= now) yield return (at.Value, ledger => ledger.Record(new Tap(kind, userId, person.Name, day.At, day.Accuracy, at.Value, day.NodeId), requestId: null));
    }

    private static (DateTime, Action<Ledger>) Absence(DemoPerson person, long userId, DateOnly date, string nodeId)
    {
        var at = date.ToDateTime(TimeOnly.MinValue) + EndOfWork;
        return (at, ledger => ledger.Append(new AttendanceFact
        {
            Id = ledger.NextAttendanceId,
            UserId = userId,
            UserName = person.Name,
            Type = ClockKind.In,
            Timestamp = at,
            NodeId = nodeId,
            Status = AttendanceStatus.Alpha,
            Date = date,
        }, requestId: null));
    }

    private Task AddPeopleAsync(IEnumerable<DemoPerson> people, string hash, DateTime now, CancellationToken cancel) => database.WriteAsync(async (connection, transaction) =>
    {
        foreach (var page in people.Chunk(500))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"""
                 INSERT INTO users (name, email, password, role, active, must_change_password, created_at, updated_at)
                 SELECT j.name, j.email, @hash, '{Roles.Karyawan}', 1, 0, @now, @now FROM {database.Dialect.JsonRows("rows", ("name", "VARCHAR(255)"), ("email", "VARCHAR(255)"))} j
                 """, new { hash, now, rows = JsonSerializer.Serialize(page.Select(p => new { name = p.Name, email = p.Email })) }, transaction, cancellationToken: cancel));
        }

        return 0;
    }, cancel);

    private async Task<Dictionary<string, long>> IdsAsync(IReadOnlyCollection<DemoPerson> people, CancellationToken cancel)
    {
        var rows = await database.QueryAsync<(long Id, string Email)>(
            $"SELECT u.id, u.email FROM {database.Dialect.JsonRows("rows", ("email", "VARCHAR(255)"))} j JOIN users u ON u.email = j.email",
            new { rows = JsonSerializer.Serialize(people.Select(p => new { email = p.Email })) }, cancel);
        return rows.ToDictionary(r => r.Email, r => r.Id, StringComparer.Ordinal);
    }
}
