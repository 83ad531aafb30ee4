using Absensi.Storage;

namespace Absensi.Features.History;

/// <summary>Rows of one page, and where the next and the previous one go on from (null: there is none).</summary>
public sealed record HistoryPage(IReadOnlyList<AttendanceRow> Rows, Place? Older, Place? Newer);

public sealed class HistoryQuery(Database database)
{
    public const int PageSize = 25;

    /// <param name="onlyUser">Whose rows may be seen; null for everyone's.</param>
    public async Task<HistoryPage> PageAsync(HistoryFilter filter, long? onlyUser, CancellationToken cancel)
    {
        var upwards = filter.After is not null;
        var place = filter.After ?? filter.Before;
        var (where, parameters) = Where(filter, onlyUser);
        if (place is not null)
        {
            var sign = upwards ? ">" : "<";
            where += $" AND a.date {sign}= @placeDate AND (a.date {sign} @placeDate OR a.id {sign} @placeId)";
            parameters.Add("placeDate", place.Date);
            parameters.Add("placeId", place.Id);
        }

        var order = upwards ? "ASC" : "DESC";
        var rows = (await database.QueryAsync<AttendanceRow>(
            $"""
             SELECT {AttendanceRow.Columns}, u.name AS user_name FROM attendances a JOIN users u ON u.id = a.user_id
             WHERE {where} ORDER BY a.date {order}, a.id {order} LIMIT {PageSize + 1}
             """, parameters, cancel)).ToList();
        var more = rows.Count > PageSize;
        if (more) rows.RemoveAt(PageSize);
        if (upwards) rows.Reverse();
        if (rows.Count == 0) return new HistoryPage(rows, null, null);
        return new HistoryPage(rows, more || upwards ? PlaceOf(rows[^1]) : null, upwards ? (more ? PlaceOf(rows[0]) : null) : place is null ? null : PlaceOf(rows[0]));
    }

    public Task<AttendanceRow?> FindAsync(long id, CancellationToken cancel) =>
        database.FirstAsync<AttendanceRow>(
            $"SELECT {AttendanceRow.Columns}, u.name AS user_name FROM attendances a JOIN users u ON u.id = a.user_id WHERE a.id = @id", new { id }, cancel);

    private static (string Where, Dapper.DynamicParameters Parameters) Where(HistoryFilter filter, long? onlyUser)
    {
        var where = new List<string> { "1 = 1" };
        var parameters = new Dapper.DynamicParameters();
        void Add(string condition, string name, object value)
        {
            where.Add(condition);
            parameters.Add(name, value);
        }

        if (onlyUser is { } user) Add("a.user_id = @user", "user", user);
        if (filter.From is { } from) Add("a.date >= @from", "from", from);
        if (filter.To is { } to) Add("a.date <= @to", "to", to);
        if (filter.Status is { } status) Add("a.status = @status", "status", status.ToString());
        if (filter.Search is { } search) Add("u.name LIKE @search ESCAPE '!'", "search", $"%{search.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)}%");
        return (string.Join(" AND ", where), parameters);
    }

    private static Place PlaceOf(AttendanceRow row) => new(row.Date!.Value, row.Id!.Value);
}
