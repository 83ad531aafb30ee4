using Absensi.Features.Shared;
using Absensi.Storage;
using Dapper;

namespace Absensi.Features.History;

/// <summary>Rows of one page, and where the next and the previous one go on from (null: there is none).</summary>
/// <param name="CutShort">The page ends where the search along the way did, not where it was full: going on to older rows may find more.</param>
public sealed record HistoryPage(IReadOnlyList<AttendanceRow> Rows, Place? Older, Place? Newer, bool CutShort = false);

/// <param name="More">There are more than <paramref name="Rows"/>, or may be: nobody counts to the end.</param>
public sealed record HistoryCount(long Rows, bool More);

/// <summary>The list, in pages. Each costs the same in the fifth year as on the first day.</summary>
public sealed class HistoryQuery(Database database)
{
    public const int PageSize = 25, CountLimit = 1000;

    /// <summary>How many rows are looked at for one page at most, and how many at a time: a server works on all that it was asked for, wanted or not.</summary>
    public const int WalkLimit = 10_000, WalkStep = 1000;

    /// <param name="onlyUser">Whose rows may be seen; null for everyone's.</param>
    public async Task<HistoryPage> PageAsync(HistoryFilter filter, long? onlyUser, CancellationToken cancel)
    {
        var scope = await HistoryScope.OfAsync(filter, onlyUser, database, cancel);
        if (scope.People is []) return new HistoryPage([], null, null);
        var upwards = filter.After is not null;
        var place = filter.After ?? filter.Before;
        var (rows, more, reached) = await ReadAsync(scope, place, upwards, cancel);
        if (upwards) rows.Reverse();
        if (rows.Count == 0 && reached is null) return new HistoryPage(rows, null, null);
        var (first, last) = rows.Count > 0 ? (PlaceOf(rows[0]), PlaceOf(rows[^1])) : (reached!, reached!);
        if (upwards) return new HistoryPage(rows, last, reached ?? (more ? first : null), reached is not null);
        return new HistoryPage(rows, reached ?? (more ? last : null), place is null ? null : first, reached is not null);
    }

    public async Task<HistoryCount> CountAsync(HistoryFilter filter, long? onlyUser, CancellationToken cancel)
    {
        var scope = await HistoryScope.OfAsync(filter, onlyUser, database, cancel);
        if (scope.People is []) return new HistoryCount(0, false);
        var testing = scope.People is null && scope.Tests is not null;
        var found = Branches(scope, scope.Walk, "1", testing ? WalkLimit : CountLimit + 1, order: "DESC");
        if (testing) found = $"SELECT 1 FROM ({found}) f WHERE f.matches = 1 LIMIT {CountLimit + 1}";
        var matching = await database.FirstAsync<long>($"SELECT COUNT(*) FROM ({found}) t", scope.Parameters, cancel);
        if (matching > CountLimit) return new HistoryCount(CountLimit, true);
        var walked = !testing ? 0 : await database.FirstAsync<long>(
            $"SELECT COUNT(*) FROM (SELECT 1 FROM attendances a {scope.Along(database.Dialect)} WHERE {scope.Walk} LIMIT {WalkLimit}) t", scope.Parameters, cancel);
        return new HistoryCount(matching, walked == WalkLimit);
    }

    public Task<AttendanceRow?> FindAsync(long id, CancellationToken cancel) =>
        database.FirstAsync<AttendanceRow>($"SELECT {AttendanceRow.Columns}, u.name AS user_name FROM attendances a LEFT JOIN users u ON u.id = a.user_id WHERE a.id = @id", new { id }, cancel);

    /// <summary>Latitude and longitude of that person's clock-ins on the days before, the latest first; a metre exactly.</summary>
    public async Task<IReadOnlyList<double[]>> PlacesBeforeAsync(long userId, DateOnly day, CancellationToken cancel)
    {
        var rows = await database.QueryAsync<AttendanceRow>(
            $"SELECT {AttendanceRow.Columns} FROM attendances a WHERE a.user_id = @userId AND a.date < @day ORDER BY a.date DESC LIMIT 20", new { userId, day }, cancel);
        return Pin.ToTheMetre(rows.Select(r => r.ClockedInFrom));
    }

    /// <returns>A page of rows in walking order; whether there is another; and the place the walk was given up at, if it was.</returns>
    private async Task<(List<AttendanceRow> Rows, bool More, Place? Reached)> ReadAsync(HistoryScope scope, Place? place, bool upwards, CancellationToken cancel)
    {
        var limit = scope.People is null && scope.Tests is not null ? WalkStep : PageSize + 1;
        var rows = new List<AttendanceRow>(PageSize);
        var walked = 0;
        await using var connection = await database.OpenAsync(cancel);
        while (true)
        {
            Candidate? last = null;
            foreach (var walk in scope.Walks(place, upwards))
            {
                var sql = Branches(scope, walk, $"{AttendanceRow.Columns}, u.name AS user_name", limit, upwards ? "ASC" : "DESC");
                var left = limit;
                await foreach (var row in connection.QueryUnbufferedAsync<Candidate>(sql, scope.Parameters).WithCancellation(cancel))
                {
                    walked++;
                    if (row.Matches == 1 && rows.Count == PageSize) return (rows, true, null);
                    if (row.Matches == 1) rows.Add(row);
                    if (walked == WalkLimit) return (rows, true, PlaceOf(row));
                    if (--left == 0) last = row;
                }

                if (last is not null) break;
            }

            if (last is null) return (rows, false, null);
            place = PlaceOf(last);
        }
    }

    /// <summary>One walk, or one for each of a few people, merged.</summary>
    private string Branches(HistoryScope scope, string walk, string columns, int limit, string order)
    {
        string Branch(string where, string matches, string by) =>
            $"SELECT {columns}, {matches} AS matches FROM attendances a {scope.Along(database.Dialect)} LEFT JOIN users u ON u.id = a.user_id WHERE {where} ORDER BY {by} {order} LIMIT {limit}";
        if (scope.People is not { } people) return Branch(walk, scope.Tests is { } tests ? $"CASE WHEN {tests} THEN 1 ELSE 0 END" : "1", $"a.date {order}, a.id");

        for (var i = 0; i < people.Count; i++) scope.Parameters.Add($"person{i}", people[i]);
        // A person has one row a day. To a server's planner the id beside the date would be a reason to sort all of them.
        var branches = people.Select((_, i) => Branch($"a.user_id = @person{i} AND {walk} AND {scope.Tests ?? "1 = 1"}", "1", "a.date")).ToList();
        return branches.Count == 1 ? branches[0]
            : $"{string.Join(" UNION ALL ", branches.Select((b, i) => $"SELECT * FROM ({b}) AS t{i}"))} {(columns == "1" ? "" : $"ORDER BY date {order}, id {order}")} LIMIT {limit}";
    }

    private static Place PlaceOf(AttendanceRow row) => new(row.Date!.Value, row.Id!.Value);

    private sealed class Candidate : AttendanceRow
    {
        public long Matches { get; init; }
    }
}
