using Dapper;
using MySqlConnector;

namespace Absensi.MySql.Tests;

[Collection("server")]
public sealed class DapperTests(ServerFixture fixture)
{
    private sealed record Person(int Id, string Name, DateTime At, bool Active, decimal? Pay);

    private enum Mood { Calm = 3 }

    [Fact]
    public async Task RowsBecomeRecordsAndNamedParametersAreBound()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("CREATE TABLE people (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50), at DATETIME(6), active TINYINT(1), pay DECIMAL(10,2))");
        var at = new DateTime(2026, 11, 2, 8, 0, 0).AddMicroseconds(123456);

        var inserted = await connection.ExecuteAsync("INSERT INTO people (name, at, active, pay) VALUES (@Name, @At, @Active, @Pay)",
            new[] { new { Name = "Siti's \\ \"x\"", At = at, Active = true, Pay = (decimal?)12.50m }, new { Name = "Budi 😀", At = at, Active = false, Pay = (decimal?)null } });
        var people = (await connection.QueryAsync<Person>("SELECT id AS Id, name AS Name, at AS At, active AS Active, pay AS Pay FROM people WHERE at = @at ORDER BY id", new { at })).ToList();

        Assert.Equal(2, inserted);
        Assert.Equal([new Person(1, "Siti's \\ \"x\"", at, true, 12.50m), new Person(2, "Budi 😀", at, false, null)], people);
    }

    [Fact]
    public async Task EveryParameterTypeReturnsAsItWasSent()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var id = Guid.NewGuid();

        var row = await connection.QuerySingleAsync<dynamic>(
            """
            SELECT @text AS text, @big AS big, @unsigned AS `unsigned`, @number AS number, @yes AS yes, @real AS `real`, CAST(@money AS DECIMAL(20,4)) AS money,
                   @bytes AS bytes, CAST(@at AS DATETIME(6)) AS at, CAST(@day AS DATE) AS day, CAST(@time AS TIME(6)) AS time, @guid AS guid, @mood AS mood, @nothing AS nothing
            """,
            new
            {
                text = "apa '@yes' -- ?", big = long.MinValue, unsigned = ulong.MaxValue, number = -7, yes = true, real = 1.5e300, money = 1234567.8901m,
                bytes = new byte[] { 0, 255, 39 }, at = new DateTime(2026, 1, 2, 3, 4, 5).AddMicroseconds(6), day = new DateOnly(2026, 12, 31),
                time = -new TimeSpan(5, 6, 7, 8, 9), guid = id, mood = Mood.Calm, nothing = (string?)null,
            });

        Assert.Equal("apa '@yes' -- ?", row.text);
        Assert.Equal(long.MinValue, row.big);
        Assert.Equal(ulong.MaxValue, row.unsigned);
        Assert.Equal(-7, Convert.ToInt32(row.number));
        Assert.True(Convert.ToBoolean(row.yes));
        Assert.Equal(1.5e300, row.real);
        Assert.Equal(1234567.8901m, row.money);
        Assert.Equal(new byte[] { 0, 255, 39 }, row.bytes);
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5).AddMicroseconds(6), row.at);
        Assert.Equal(new DateTime(2026, 12, 31), row.day);
        Assert.Equal(-new TimeSpan(5, 6, 7, 8, 9), row.time);
        Assert.Equal(id.ToString(), row.guid);
        Assert.Equal(3, Convert.ToInt32(row.mood));
        Assert.Null(row.nothing);
    }

    private sealed class Plain
    {
        public DateOnly On { get; set; }
        public Guid Id { get; set; }
        public Mood? Mood { get; set; }
        public bool Night { get; set; }
        public long Count { get; set; }
    }

    [Fact]
    public async Task PropertiesOfDatesGuidsEnumsAndBooleansAreFilled()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("CREATE TEMPORARY TABLE filled (`on` DATE, id CHAR(36), mood INT, night TINYINT(1), count DECIMAL(10,0))");
        var id = Guid.NewGuid();
        await connection.ExecuteAsync("INSERT INTO filled VALUES (@on, @id, @mood, @night, 7)", new { on = new DateOnly(2026, 11, 2), id, mood = Mood.Calm, night = true });

        var plain = await connection.QuerySingleAsync<Plain>("SELECT `on` AS `On`, id AS Id, mood AS Mood, night AS Night, count AS Count FROM filled");

        Assert.Equal((new DateOnly(2026, 11, 2), id, Mood.Calm, true, 7L), (plain.On, plain.Id, plain.Mood, plain.Night, plain.Count));
        Assert.Equal(new DateOnly(2026, 11, 2), await connection.ExecuteScalarAsync<DateOnly>("SELECT `on` FROM filled"));
    }

    [Fact]
    public async Task AListParameterIsSpreadOverItsPlaceholders()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();

        var found = await connection.QueryAsync<int>("SELECT n FROM (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) AS t WHERE n IN @wanted ORDER BY n", new { wanted = new[] { 1, 3, 9 } });

        Assert.Equal([1, 3], found);
    }

    [Fact]
    public async Task UnbufferedRowsArriveOneByOne()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var seen = 0;

        await foreach (var n in connection.QueryUnbufferedAsync<long>("WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 900) SELECT n FROM c"))
            Assert.Equal(++seen, n);

        Assert.Equal(900, seen);
    }

    [Fact]
    public async Task ATransactionThatIsNotCommittedLeavesNothing()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("CREATE TABLE attempts (n INT)");

        await using (var transaction = await connection.BeginTransactionAsync())
            await connection.ExecuteAsync("INSERT INTO attempts VALUES (1)", transaction: transaction);
        await using (var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted))
        {
            await connection.ExecuteAsync("INSERT INTO attempts VALUES (2)", transaction: transaction);
            await transaction.CommitAsync();
        }

        Assert.Equal([2], await connection.QueryAsync<int>("SELECT n FROM attempts"));
    }

    [Fact]
    public async Task AServerErrorHasItsNumberAndSqlState()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("CREATE TABLE once (n INT PRIMARY KEY)");
        await connection.ExecuteAsync("INSERT INTO once VALUES (@n)", new { n = 1 });

        var error = await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("INSERT INTO once VALUES (@n)", new { n = 1 }));

        Assert.Equal((1062, "23000", MySqlErrorCode.DuplicateKeyEntry, false), (error.Number, error.SqlState, error.ErrorCode, error.IsTransient));
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM once"));
    }
}
