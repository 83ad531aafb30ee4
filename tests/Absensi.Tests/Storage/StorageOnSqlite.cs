namespace Absensi.Tests.Storage;

public sealed class StorageOnSqlite : StorageContract
{
    private readonly List<string> _folders = [];

    protected override Task<(string Name, string Value)[]> NewDatabaseAsync()
    {
        _folders.Add(Directory.CreateTempSubdirectory("absensi-test-").FullName);
        return Task.FromResult<(string, string)[]>([("ABSENSI_DATA", _folders[^1])]);
    }

    protected override string Refuse(long userId) =>
        $"CREATE TRIGGER refuse BEFORE INSERT ON attendances WHEN NEW.user_id = {userId} BEGIN SELECT RAISE(ABORT, 'refused'); END";

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var folder in _folders) Directory.Delete(folder, recursive: true);
    }
}
