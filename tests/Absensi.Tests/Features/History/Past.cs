using Absensi.Core.Attendance;
using Absensi.Core.Events;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features.History;

/// <summary>Days that have been, written the way every day is: through the log.</summary>
public static class Past
{
    private static readonly Position Office = new(-6.2088, 106.8456);

    public static AttendanceFact[] Day(long userId, string name, string date, string clockedIn, string? clockedOut = null, string node = "app-node-1")
    {
        var at = DateTime.Parse($"{date} {clockedIn}", System.Globalization.CultureInfo.InvariantCulture);
        var arrived = new AttendanceFact
        {
            Id = 0, UserId = userId, UserName = name, Type = ClockKind.In, Timestamp = at, Position = Office, NodeId = node, Date = DateOnly.FromDateTime(at),
            Status = at.TimeOfDay > new TimeSpan(8, 30, 0) ? AttendanceStatus.Terlambat : AttendanceStatus.Hadir, WorkStart = new TimeOnly(8, 30),
        };
        if (clockedOut is null) return [arrived];
        var left = DateTime.Parse($"{date} {clockedOut}", System.Globalization.CultureInfo.InvariantCulture);
        return [arrived, arrived with { Type = ClockKind.Out, Timestamp = left, ClockedInAt = at, DurationMinutes = (int)(left - at).TotalMinutes, WorkStart = null }];
    }

    /// <summary>For a log that is as it is meant to be: nobody is to be found absent on the days it doesn't have.</summary>
    public const string CloseAll = "INSERT INTO closed_days (date) SELECT t.last FROM (SELECT '9999-12-30' AS last) t WHERE NOT EXISTS (SELECT 1 FROM closed_days)";

    public static AttendanceFact[] Absent(long userId, string name, string date) =>
        [Day(userId, name, date, "17:00:00")[0] with { Status = AttendanceStatus.Alpha, Position = null, WorkStart = null }];

    /// <summary>Writes the facts in their order; each person's day gets the next row.</summary>
    public static Task AddAsync(this TestApp app, params IEnumerable<AttendanceFact> facts) =>
        app.Services.GetRequiredService<LedgerWriter>().WriteAsync(async open =>
        {
            var id = (await open.Run.QueryAsync<long>("SELECT COALESCE(MAX(id), 0) FROM attendances", new { })).Single();
            var rows = new Dictionary<(long, DateOnly), long>();
            foreach (var fact in facts)
            {
                if (!rows.TryGetValue((fact.UserId, fact.Date), out var row)) rows[(fact.UserId, fact.Date)] = row = ++id;
                open.Ledger.Append(fact with { Id = row }, null);
            }

            await open.Run.ExecuteAsync(CloseAll, new { });
            return rows.Count;
        }, CancellationToken.None);
}
