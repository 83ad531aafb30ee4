using Absensi.Storage;
using Dapper;

namespace Absensi.Features.Employees;

/// <summary>A person as the admin's list has them.</summary>
public sealed class Employee
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
    public string Email { get; init; } = "";
    public string Role { get; init; } = Roles.Karyawan;
    public bool Active { get; init; }

    /// <summary>Has yet to choose a password of their own.</summary>
    public bool MustChangePassword { get; init; }
    public DateTime? CreatedAt { get; init; }
}

/// <summary>One page by name, and the people whom the next and the previous page go on from (null: there is none).</summary>
public sealed record EmployeePage(IReadOnlyList<Employee> People, long? Next, long? Previous);

/// <summary>How many the search and the role let through, whether they are active or not.</summary>
public sealed class EmployeeCount
{
    public long Active { get; init; }
    public long Inactive { get; init; }
}

/// <summary>Everyone who has an account, admins too.</summary>
public sealed class EmployeeList(Database database)
{
    public const int PageSize = 50;

    private const string Columns = "u.id, u.name, u.email, u.role, u.active, u.must_change_password, u.created_at";

    public async Task<EmployeePage> PageAsync(EmployeeFilter filter, CancellationToken cancel)
    {
        var (upwards, place) = (filter.Before is not null, filter.Before ?? filter.After);
        var (sign, order) = upwards ? ("<", "DESC") : (">", "ASC");
        var (where, parameters) = Where(filter);
        parameters.Add("place", place);
        var rows = await database.QueryAsync<Employee>(
            $"""
             SELECT {Columns} FROM users u {(place is null ? "" : "JOIN users p ON p.id = @place")}
             WHERE {where} {(place is null ? "" : $"AND (LOWER(u.name) {sign} LOWER(p.name) OR (LOWER(u.name) = LOWER(p.name) AND u.id {sign} p.id))")}
             ORDER BY LOWER(u.name) {order}, u.id {order} LIMIT {PageSize + 1}
             """, parameters, cancel);
        var people = rows.Take(PageSize).ToList();
        if (people.Count == 0) return new EmployeePage(people, null, null);
        var more = rows.Count > PageSize;
        if (upwards) people.Reverse();
        return upwards ? new EmployeePage(people, people[^1].Id, more ? people[0].Id : null) : new EmployeePage(people, more ? people[^1].Id : null, place is null ? null : people[0].Id);
    }

    /// <summary>What the filter lets through, row by row in the list's order; for as long as the connection lives.</summary>
    public IAsyncEnumerable<Employee> AllAsync(System.Data.Common.DbConnection connection, EmployeeFilter filter)
    {
        var (where, parameters) = Where(filter);
        return connection.QueryUnbufferedAsync<Employee>($"SELECT {Columns} FROM users u WHERE {where} ORDER BY LOWER(u.name), u.id", parameters);
    }

    public async Task<EmployeeCount> CountAsync(EmployeeFilter filter, CancellationToken cancel)
    {
        var (where, parameters) = Where(filter with { Active = null });
        return (await database.FirstAsync<EmployeeCount>(
            $"SELECT COUNT(CASE WHEN u.active = 1 THEN 1 END) AS active, COUNT(CASE WHEN u.active = 0 THEN 1 END) AS inactive FROM users u WHERE {where}", parameters, cancel))!;
    }

    public Task<Employee?> FindAsync(long id, CancellationToken cancel) => database.FirstAsync<Employee>($"SELECT {Columns} FROM users u WHERE u.id = @id", new { id }, cancel);

    private static (string Where, DynamicParameters Parameters) Where(EmployeeFilter filter)
    {
        var (where, parameters) = ("1 = 1", new DynamicParameters());
        void Add(string condition, string name, object value)
        {
            where += $" AND {condition}";
            parameters.Add(name, value);
        }

        if (filter.Search is { } search) Add("(u.name LIKE @search ESCAPE '!' OR u.email LIKE @search ESCAPE '!')", "search", Like.Containing(search));
        if (filter.Role is { } role) Add("u.role = @role", "role", role);
        if (filter.Active is { } active) Add("u.active = @active", "active", active);
        return (where, parameters);
    }
}
