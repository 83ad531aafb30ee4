namespace Absensi.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("APP_PORT", "eighty")]
    [InlineData("APP_PORT", "70000")]
    [InlineData("APP_TIMEZONE", "Asia/Atlantis")]
    [InlineData("APP_URL", "absensi.example.id")]
    [InlineData("WORK_START", "8.30")]
    [InlineData("WORK_START", "24:00")]
    [InlineData("WORK_END", "08:30")]
    [InlineData("WORK_END", "5 sore")]
    [InlineData("WORKDAYS", "0-5")]
    [InlineData("WORKDAYS", "5-1")]
    [InlineData("WORKDAYS", "1,,3")]
    [InlineData("WORKDAYS", "Senin")]
    [InlineData("SESSION_LIFETIME", "0")]
    [InlineData("NODE_ID", "node\r\nX: 1")]
    [InlineData("NODE_ID", "0123456789012345678901234567890123456789012345678901")]
    public void AWrongValueIsNamedInOneLine(string name, string value)
    {
        var source = new SettingsSource(n => n == name ? value : null);

        var fault = Assert.Throws<SettingsException>(() => Settings.Parse(source));

        Assert.StartsWith(name + "=", fault.Message);
    }

    [Fact]
    public void WithoutAnEnvironmentTheDocumentsValuesHold()
    {
        var settings = Settings.Parse(new SettingsSource(_ => null));

        Assert.Equal("app-node-1", settings.NodeId);
        Assert.Equal("Jakarta", settings.NodeName);
        Assert.Equal(new TimeOnly(8, 30), settings.Rules.WorkStart);
        Assert.Equal(new TimeOnly(17, 0), settings.Rules.WorkEnd);
        Assert.Equal([DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday], settings.Rules.Workdays.Order());
        Assert.Equal("Asia/Jakarta", settings.Rules.Zone.Id);
        Assert.Equal(TimeSpan.FromHours(2), settings.SessionLifetime);
        Assert.Null(settings.Database);
        Assert.Null(settings.Redis);
    }

    [Fact]
    public void WorkdaysMayBeSingleDaysAndRanges()
    {
        var settings = Settings.Parse(new SettingsSource(n => n == "WORKDAYS" ? "1-3, 6,7" : null));

        Assert.Equal([DayOfWeek.Sunday, DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Saturday], settings.Rules.Workdays.Order());
    }

    [Fact]
    public void APasswordIsNeverPartOfTheMessage()
    {
        var source = new SettingsSource(n => n switch { "DB_HOST" => "db", "DB_PASSWORD" => "rahasia", "DB_PORT" => "x", _ => null });

        Assert.DoesNotContain("rahasia", Assert.Throws<SettingsException>(() => Settings.Parse(source)).Message);
    }
}
