using Absensi.Core.Attendance;
using Absensi.Storage;
using Dapper;

namespace Absensi.Features.History;

/// <summary>
/// How a filter is answered without reading a history. What an index finds in the list's own order is a walk, newest day
/// first; the rest is tested on each row along the way. A few people are a walk each, no longer than their own days.
/// </summary>
internal sealed class HistoryScope
{
    /// <summary>Up to so many people are looked at one by one; of more, one is soon met on a walk through everyone's days.</summary>
    public const int FewPeople = 32;

    private readonly List<string> _walk = [];
    private readonly List<string> _tests = [];
    private string _index = "";
    private DateOnly _first, _last;

    private HistoryScope(IReadOnlyList<long>? people) => People = people;

    /// <summary>Whose rows are meant, where that is few; null for everyone's.</summary>
    public IReadOnlyList<long>? People { get; }
    public DynamicParameters Parameters { get; } = new();
    public string Walk => Between("a.date >= @from", "a.date <= @to");

    /// <summary>What keeps a walk through everyone's days to its index.</summary>
    public string Along(Dialect dialect) => People is null ? dialect.Along(_index) : "";

    /// <summary>An expression over a row and its user; null when the walk alone is the answer.</summary>
    public string? Tests => _tests.Count == 0 ? null : string.Join(" AND ", _tests);

    /// <param name="onlyUser">Whose rows may be seen; null for everyone's.</param>
    public static async Task<HistoryScope> OfAsync(HistoryFilter filter, long? onlyUser, Database database, CancellationToken cancel)
    {
        var search = filter.Search is { } text ? Like.Containing(text) : null;
        IReadOnlyList<long>? people = search is not null ? await PeopleAsync(search, onlyUser, database, cancel) : onlyUser is { } one ? [one] : null;
        var scope = new HistoryScope(people?.Count > FewPeople ? null : people);
        // Both bounds always stand, so that there is always an index's range to walk.
        scope.Parameters.Add("from", scope._first = filter.From ?? DateOnly.MinValue);
        scope.Parameters.Add("to", scope._last = filter.To ?? DateOnly.MaxValue);
        if (search is not null && scope.People is null) scope.Add(scope._tests, "u.name LIKE @search ESCAPE '!'", "search", search);
        scope._index = filter.Status is not null ? "idx_status" : filter.Node is not null ? "idx_node" : "idx_date";
        if (filter.Status is { } status) scope.Add(scope.People is null ? scope._walk : scope._tests, "a.status = @status", "status", status.ToString());
        if (filter.Node is { } node) scope.Add(scope.People is null && filter.Status is null ? scope._walk : scope._tests, "a.node_id = @node", "node", node);
        if (filter.MinMinutes is { } least) scope.Add(scope._tests, "a.duration_minutes >= @least", "least", least);
        if (filter.MaxMinutes is { } most) scope.Add(scope._tests, "a.duration_minutes <= @most", "most", most);
        return scope;
    }

    /// <summary>The walks that go on from a place, one after the other: the rest of its day, then the days beyond. Without a place there is one.</summary>
    public IEnumerable<string> Walks(Place? place, bool upwards)
    {
        if (place is null) return [Walk];
        Parameters.Add("placeDate", place.Date);
        Parameters.Add("placeId", place.Id);
        // One bound on a side: of two, SQLite begins at the first it is told and passes by all rows up to the other.
        var beyond = upwards ? Between(place.Date >= _first ? "a.date > @placeDate" : "a.date >= @from", "a.date <= @to")
            : Between("a.date >= @from", place.Date <= _last ? "a.date < @placeDate" : "a.date <= @to");
        return [$"{Walk} AND a.date = @placeDate AND a.id {(upwards ? ">" : "<")} @placeId", beyond];
    }

    private string Between(string least, string most) => string.Join(" AND ", [least, most, .. _walk]);

    private static Task<IReadOnlyList<long>> PeopleAsync(string search, long? onlyUser, Database database, CancellationToken cancel) => database.QueryAsync<long>(
        $"SELECT u.id FROM users u WHERE {(onlyUser is null ? "1 = 1" : "u.id = @onlyUser")} AND u.name LIKE @search ESCAPE '!' LIMIT {FewPeople + 1}", new { onlyUser, search }, cancel);

    private void Add(List<string> conditions, string condition, string name, object value)
    {
        conditions.Add(condition);
        Parameters.Add(name, value);
    }
}
