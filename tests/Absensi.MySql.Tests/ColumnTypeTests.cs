using System.Text;
using MySqlConnector;

namespace Absensi.MySql.Tests;

[Collection("server")]
public sealed class ColumnTypeTests(ServerFixture fixture)
{
    public static TheoryData<string, string, object> Columns => new()
    {
        { "TINYINT", "-128", (sbyte)-128 },
        { "TINYINT UNSIGNED", "255", (byte)255 },
        { "TINYINT(1)", "1", true },
        { "TINYINT(1)", "0", false },
        { "SMALLINT", "-32768", (short)-32768 },
        { "SMALLINT UNSIGNED", "65535", (ushort)65535 },
        { "MEDIUMINT", "-8388608", -8388608 },
        { "MEDIUMINT UNSIGNED", "16777215", 16777215u },
        { "INT", "-2147483648", int.MinValue },
        { "INT UNSIGNED", "4294967295", uint.MaxValue },
        { "BIGINT", "-9223372036854775808", long.MinValue },
        { "BIGINT UNSIGNED", "18446744073709551615", ulong.MaxValue },
        { "FLOAT", "1.5", 1.5f },
        { "DOUBLE", "-2.2250738585072014E-300", -2.2250738585072014E-300 },
        { "DECIMAL(28,10)", "-123456789012345678.0123456789", -123456789012345678.0123456789m },
        { "DATE", "'2026-02-28'", new DateTime(2026, 2, 28) },
        { "DATETIME", "'2026-02-28 23:59:59'", new DateTime(2026, 2, 28, 23, 59, 59) },
        { "DATETIME", "'2026-02-28 00:00:00'", new DateTime(2026, 2, 28) },
        { "DATETIME(6)", "'9999-12-31 23:59:59.999999'", new DateTime(9999, 12, 31, 23, 59, 59).AddMicroseconds(999999) },
        { "TIMESTAMP(3) NULL", "'2026-02-28 01:02:03.456'", new DateTime(2026, 2, 28, 1, 2, 3, 456) },
        { "TIME(6)", "'-838:59:58.999999'", -(new TimeSpan(34, 22, 59, 58) + TimeSpan.FromMicroseconds(999999)) },
        { "TIME", "'00:00:00'", TimeSpan.Zero },
        { "YEAR", "2026", 2026 },
        { "BIT(1)", "b'1'", 1UL },
        { "BIT(64)", "b'1000000000000000000000000000000000000000000000000000000000000001'", 0x8000000000000001UL },
        { "CHAR(5)", "'ab'", "ab" },
        { "VARCHAR(50)", "'Siti 😀 çğ'", "Siti 😀 çğ" },
        { "VARCHAR(5)", "''", "" },
        { "VARCHAR(50) CHARACTER SET latin1", "'né'", "né" },
        { "LONGTEXT", "REPEAT('x', 300)", new string('x', 300) },
        { "ENUM('hadir','alpa')", "'alpa'", "alpa" },
        { "SET('a','b','c')", "'a,c'", "a,c" },
        { "CHAR(36)", "'0f8fad5b-d9cb-469f-a165-70867728950e'", new Guid("0f8fad5b-d9cb-469f-a165-70867728950e") },
        { "CHAR(36) CHARACTER SET ascii", "'0f8fad5b-d9cb-469f-a165-70867728950e'", new Guid("0f8fad5b-d9cb-469f-a165-70867728950e") },
        { "BINARY(3)", "x'00FF27'", new byte[] { 0, 255, 39 } },
        { "VARBINARY(300)", "REPEAT(x'FE', 300)", Enumerable.Repeat((byte)254, 300).ToArray() },
        { "BLOB", "x''", Array.Empty<byte>() },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task AColumnIsReadAsItsOwnType(string type, string literal, object expected)
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, $"CREATE TEMPORARY TABLE t (v {type}, n {type.Replace(" NULL", "", StringComparison.Ordinal)} NULL)");
        await RunAsync(connection, $"INSERT INTO t VALUES ({literal}, NULL)");

        await using var command = new MySqlCommand("SELECT v, n FROM t", connection);
        await using var reader = await command.ExecuteReaderAsync();

        Assert.True(await reader.ReadAsync());
        Assert.Equal(expected, reader.GetValue(0));
        Assert.Equal(expected.GetType(), reader.GetFieldType(0));
        Assert.True(reader.IsDBNull(1));
        Assert.Equal(DBNull.Value, reader["N"]);
        Assert.Throws<InvalidCastException>(() => reader.GetString(1));
        Assert.False(await reader.ReadAsync());
    }

    [Fact]
    public async Task JsonIsText()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "CREATE TEMPORARY TABLE t (v JSON)");
        await using var insert = new MySqlCommand("INSERT INTO t VALUES (@v)", connection);
        insert.Parameters.AddWithValue("v", """{"nama": "Siti 😀"}""");
        await insert.ExecuteNonQueryAsync();

        await using var command = new MySqlCommand("SELECT v FROM t", connection);

        Assert.Equal("""{"nama": "Siti 😀"}""", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task ANumberTooLargeForTheTypeAskedForIsRefused()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var command = new MySqlCommand("SELECT 18446744073709551615, -1, 1.5, '7', CAST(12 AS DECIMAL(10,0))", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        Assert.Throws<OverflowException>(() => reader.GetInt64(0));
        Assert.Equal(ulong.MaxValue, reader.GetFieldValue<ulong>(0));
        Assert.Throws<OverflowException>(() => reader.GetUInt64(1));
        Assert.Throws<OverflowException>(() => reader.GetByte(1));
        Assert.Throws<InvalidCastException>(() => reader.GetInt32(2));
        Assert.Throws<InvalidCastException>(() => reader.GetInt32(3));
        Assert.Equal(12, reader.GetInt32(4));
        Assert.Equal("1.5", reader.GetString(2));
    }

    [Fact]
    public async Task AZeroDateIsNoDateTime()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await RunAsync(connection, "SET sql_mode = ''");
        await RunAsync(connection, "CREATE TEMPORARY TABLE t (v DATETIME)");
        await RunAsync(connection, "INSERT INTO t VALUES ('0000-00-00 00:00:00')");
        await using var command = new MySqlCommand("SELECT v FROM t", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        Assert.Throws<InvalidCastException>(() => reader.GetDateTime(0));
    }

    [Fact]
    public async Task GenericReadingKnowsDatesTimesEnumsAndNullables()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        await using var command = new MySqlCommand("SELECT CAST(@at AS DATETIME(6)), CAST(@time AS TIME(6)), @day, @bytes, NULL", connection);
        command.Parameters.AddWithValue("at", new DateTimeOffset(2026, 11, 2, 8, 0, 0, TimeSpan.FromHours(7)));
        command.Parameters.AddWithValue("time", new TimeOnly(7, 30));
        command.Parameters.AddWithValue("day", DayOfWeek.Friday);
        command.Parameters.AddWithValue("bytes", Encoding.UTF8.GetBytes("abc").AsMemory());
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        Assert.Equal(new DateTimeOffset(2026, 11, 2, 1, 0, 0, TimeSpan.Zero), reader.GetFieldValue<DateTimeOffset>(0));
        Assert.Equal(new DateOnly(2026, 11, 2), reader.GetFieldValue<DateOnly>(0));
        Assert.Equal(new TimeOnly(7, 30), reader.GetFieldValue<TimeOnly>(1));
        Assert.Equal(DayOfWeek.Friday, reader.GetFieldValue<DayOfWeek>(2));
        Assert.Equal(5, reader.GetFieldValue<int?>(2));
        Assert.Null(reader.GetFieldValue<int?>(4));
        Assert.Equal(2, reader.GetBytes(3, 1, new byte[2], 0, 2));
        Assert.Throws<InvalidCastException>(() => reader.GetFieldValue<string>(4));
    }

    [Fact]
    public async Task TinyIntIsANumberWhenAskedToBe()
    {
        await using var connection = new MySqlConnection(fixture.With("TreatTinyAsBoolean=false;GuidFormat=None;DateTimeKind=Utc"));
        await connection.OpenAsync();
        await RunAsync(connection, "CREATE TEMPORARY TABLE t (tiny TINYINT(1), guid CHAR(36), at DATETIME)");
        await RunAsync(connection, "INSERT INTO t VALUES (1, 'bukan guid', '2026-01-01')");
        await using var command = new MySqlCommand("SELECT tiny, guid, at FROM t", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();

        Assert.Equal((sbyte)1, reader.GetValue(0));
        Assert.Equal("bukan guid", reader.GetValue(1));
        Assert.Equal(DateTimeKind.Utc, reader.GetDateTime(2).Kind);
    }

    private static async Task RunAsync(MySqlConnection connection, string sql)
    {
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
