using System.Diagnostics;
using System.Text.Json;
using Dapper;
using MySqlConnector;

// driver <work> <connection string>: does the work twelve times to warm up, once measured, and prints {"wall":ms,"cpu":ms}.
var (work, connectionString) = (args[0], args[1]);
await using var database = new MySqlDataSource(connectionString);
await using var connection = await database.OpenConnectionAsync();
var batches = new Queue<string[]>(work == "batch" ? Enumerable.Range(0, 13).Select(_ => Batches()) : []);
Func<Task> run = work switch
{
    "point" => () => Point(connection),
    "batch" => () => Batch(connection, batches.Dequeue()),
    "read" => () => Read(connection),
    "dapper" => () => ReadWithDapper(connection),
    _ => throw new ArgumentException($"unknown work {work}"),
};
for (var i = 0; i < 12; i++) await run();
GC.Collect();
var process = Process.GetCurrentProcess();
var (began, cpu) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
await run();
var wall = Stopwatch.GetElapsedTime(began);
process.Refresh();
Console.WriteLine(FormattableString.Invariant($$"""{"wall":{{wall.TotalMilliseconds:F1}},"cpu":{{(process.TotalProcessorTime - cpu).TotalMilliseconds:F1}}}"""));

static async Task Point(MySqlConnection connection)
{
    await using var command = new MySqlCommand("SELECT id, name, at, lat FROM people WHERE id = @id", connection);
    var id = command.Parameters.AddWithValue("@id", 0);
    for (var i = 0; i < 10_000; i++)
    {
        id.Value = i * 7919 % 10_000 + 1;
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync() || reader.GetInt64(0) != (int)id.Value) throw new InvalidDataException("wrong row");
        _ = new Person(reader.GetInt64(0), reader.GetString(1), reader.GetDateTime(2), reader.GetDouble(3), "");
    }
}

static string[] Batches() => [.. Enumerable.Range(0, 300).Select(batch => JsonSerializer.Serialize(Enumerable.Range(0, 64).Select(n => new
{
    request = Guid.NewGuid(), person = batch * 64 + n, at = "2026-11-02 08:00:00.123456", note = "masuk lewat gerbang utara",
})))];

static async Task Batch(MySqlConnection connection, string[] batches)
{
    await using var command = new MySqlCommand(
        """
        INSERT IGNORE INTO entries (request, person, at, note)
        SELECT r.request, r.person, r.at, r.note FROM JSON_TABLE(@rows, '$[*]' COLUMNS (request CHAR(36) PATH '$.request', person INT PATH '$.person',
          at DATETIME(6) PATH '$.at', note VARCHAR(100) PATH '$.note')) AS r
        """, connection);
    var rows = command.Parameters.AddWithValue("@rows", "");
    foreach (var batch in batches)
    {
        rows.Value = batch;
        if (await command.ExecuteNonQueryAsync() != 64) throw new InvalidDataException("not 64 rows");
    }
}

static async Task Read(MySqlConnection connection)
{
    await using var command = new MySqlCommand("SELECT id, name, at, lat, note FROM people", connection);
    for (var i = 0; i < 30; i++)
    {
        var people = new List<Person>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            people.Add(new Person(reader.GetInt64(0), reader.GetString(1), reader.GetDateTime(2), reader.GetDouble(3), reader.GetString(4)));
        if (people.Count != 10_000) throw new InvalidDataException("not 10,000 rows");
    }
}

static async Task ReadWithDapper(MySqlConnection connection)
{
    for (var i = 0; i < 30; i++)
        if ((await connection.QueryAsync<Person>("SELECT id, name, at, lat, note FROM people")).AsList().Count != 10_000) throw new InvalidDataException("not 10,000 rows");
}

internal sealed record Person(long Id, string Name, DateTime At, double Lat, string Note);
