using Absensi.Commands;
using Absensi.Storage;
using Absensi.Testing;

namespace Absensi.Tests.Storage;

/// <summary>A server that can't be used is told in one line, with what to do.</summary>
[Collection("server")]
public sealed class ServerExplanationTests(SharedServer server)
{
    [Fact]
    public async Task AnAbsentDatabaseIsMade()
    {
        var environment = await server.NewDatabaseAsync(create: false);
        await using var node = await StorageNode.StartAsync(environment);

        await MigrateCommand.MigrateAsync(node.Database, CancellationToken.None);

        await new Migrator(node.Database).RequireCurrentAsync(CancellationToken.None);
    }

    [Fact]
    public async Task WhereItMayNotBeMadeTheLinesToRunAreTold()
    {
        var environment = await server.NewDatabaseAsync(create: false);
        var user = $"terbatas{Guid.NewGuid():N}"[..20];
        await server.RunAsync("", $"CREATE USER '{user}'@'%' IDENTIFIED BY 'sandi'");

        var line = await LineAsync(environment, ("DB_USERNAME", user), ("DB_PASSWORD", "sandi"));

        var database = environment.Single(v => v.Name == "DB_DATABASE").Value;
        Assert.Contains($"CREATE DATABASE IF NOT EXISTS `{database}`", line, StringComparison.Ordinal);
        Assert.Contains($"GRANT ALL ON `{database}`.* TO '{user}'", line, StringComparison.Ordinal);
        await server.RunAsync("", $"DROP USER '{user}'@'%'");
    }

    [Fact]
    public async Task AWrongPasswordNamesTheVariables() =>
        Assert.Contains("DB_PASSWORD", await LineAsync(await server.NewDatabaseAsync(), ("DB_PASSWORD", "salah")), StringComparison.Ordinal);

    [Fact]
    public async Task AServerThatIsNotThereNamesTheVariables()
    {
        var line = await LineAsync(await server.NewDatabaseAsync(create: false), ("DB_PORT", $"{MariaDbServer.FreePort()}"));

        Assert.Contains("DB_HOST", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostThatIsNotThereNamesTheVariables() =>
        Assert.Contains("DB_HOST", await LineAsync(await server.NewDatabaseAsync(create: false), ("DB_HOST", "tidak-ada.invalid")), StringComparison.Ordinal);

    private static async Task<string> LineAsync((string Name, string Value)[] environment, params (string Name, string Value)[] changes)
    {
        var changed = environment.Where(v => changes.All(c => c.Name != v.Name)).Concat(changes);
        await using var node = await StorageNode.StartAsync(changed);
        var fault = await Assert.ThrowsAsync<StorageException>(() => MigrateCommand.MigrateAsync(node.Database, CancellationToken.None));
        Assert.DoesNotContain('\n', fault.Message);
        return fault.Message;
    }
}
