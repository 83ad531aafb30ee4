using MySqlConnector.Protocol;

namespace Absensi.MySql.Tests;

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("SELECT @a, @b_2", "SELECT ?, ?", "a b_2")]
    [InlineData("SELECT '@a', \"@b\", `@c`, @d", "SELECT '@a', \"@b\", `@c`, ?", "d")]
    [InlineData("SELECT 'it''s @a \\' @b', @c", "SELECT 'it''s @a \\' @b', ?", "c")]
    [InlineData("SELECT 1 -- @a\n, @b", "SELECT 1 -- @a\n, ?", "b")]
    [InlineData("SELECT 1 --@a", "SELECT 1 --?", "a")]
    [InlineData("SELECT 1 # @a\n/* @b */ + @c", "SELECT 1 # @a\n/* @b */ + ?", "c")]
    [InlineData("SELECT @@version, @@session.sql_mode, @x", "SELECT @@version, @@session.sql_mode, ?", "x")]
    [InlineData("SELECT @é, 'unterminated @y", "SELECT ?, 'unterminated @y", "é")]
    public void NamesBecomeQuestionMarksOnlyWhereTheServerReadsSql(string sql, string expected, string names)
    {
        var parsed = SqlText.Of(sql, backslashEscapes: true);

        Assert.Equal(expected, parsed.Text);
        Assert.Equal(names, string.Join(' ', parsed.Placeholders));
    }

    [Fact]
    public void WithoutBackslashEscapesAQuoteAfterABackslashEndsTheString() =>
        Assert.Equal("a", Assert.Single(SqlText.Of("SELECT '\\', @a, '\\'", backslashEscapes: false).Placeholders));

    [Theory]
    [InlineData("SELECT 1;", false)]
    [InlineData("SELECT 1; -- done\n /* really */ ", false)]
    [InlineData("SELECT ';'; ", false)]
    [InlineData("SELECT 1; SELECT 2", true)]
    [InlineData("SELECT 1; 'x'", true)]
    public void SeveralStatementsAreNoticed(string sql, bool several) => Assert.Equal(several, SqlText.Of(sql, true).IsSeveral);

    [Theory]
    [InlineData("select 1", false)]
    [InlineData("( SELECT 1 )", false)]
    [InlineData("/* x */ INSERT INTO t VALUES (1)", false)]
    [InlineData("SET time_zone = '+00:00'", true)]
    [InlineData("SELECT GET_LOCK('x', 1)", true)]
    [InlineData("SELECT 'GET_LOCK'", false)]
    [InlineData("CREATE TEMPORARY TABLE t (n INT)", true)]
    [InlineData("CALL p()", true)]
    [InlineData("SELECT @x := 1", true)]
    [InlineData("SELECT 1 /*!50000 INTO @x */", true)]
    public void StatementsThatMayChangeTheSessionAreNoticed(string sql, bool changes) => Assert.Equal(changes, SqlText.Of(sql, true).ChangesSession);
}
