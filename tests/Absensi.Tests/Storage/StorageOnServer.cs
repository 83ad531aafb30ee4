using Absensi.Storage;

namespace Absensi.Tests.Storage;

/// <summary>MariaDB, or the MySQL that ABSENSI_TEST_MYSQL names.</summary>
[Collection("server")]
public sealed class StorageOnServer(SharedServer server) : StorageContract
{
    // Not what we would choose: the tables and statements must not depend on it.
    protected override Task<(string Name, string Value)[]> NewDatabaseAsync() => server.NewDatabaseAsync(characters: "latin1");

    protected override string Refuse(long userId) =>
        $"CREATE TRIGGER refuse BEFORE INSERT ON attendances FOR EACH ROW IF NEW.user_id = {userId} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'; END IF";

    [Fact]
    public async Task MigrationsCutShortBeforeTheyWereWrittenDownAreRunAgain()
    {
        var environment = await NewDatabaseAsync();
        await using var node = await StorageNode.StartAsync(environment);
        var first = await new Migrator(node.Database).MigrateAsync(CancellationToken.None);
        await node.Database.ExecuteAsync("DELETE FROM schema_migrations WHERE version > 1", null, CancellationToken.None);

        var again = await new Migrator(node.Database).MigrateAsync(CancellationToken.None);

        Assert.Equal(first.Skip(1), again);
    }
}
