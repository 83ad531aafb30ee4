using System.Text;
using Absensi.Core.Events;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features;

public sealed class ClockTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync(("NODE_ID", "app-node-7"));
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task ClockInAnswersWithWhatTheLogHolds()
    {
        using var employee = await _app.NewEmployeeAsync("Ahmad Rizki");

        var answer = await employee.TapAsync("/absensi/masuk");

        Assert.Equal(200, answer.Status);
        Assert.True(answer.Json.GetProperty("success").GetBoolean());
        var data = answer.Json.GetProperty("data");
        var entry = Assert.Single(await _app.Services.GetRequiredService<EventLog>().ReadAsync(0, 10, null, CancellationToken.None));
        Assert.Equal(entry.Id, data.GetProperty("event_id").GetInt64());
        Assert.Equal(entry.Receipt, data.GetProperty("receipt").GetString());
        Assert.Equal("Ahmad Rizki", data.GetProperty("user_name").GetString());
        Assert.Equal("app-node-7", data.GetProperty("node_id").GetString());
        Assert.Equal("app-node-7", answer.Header("X-Node-ID"));
        Assert.Equal(HashChain.Compute(HashChain.Genesis, entry), entry.Hash);
    }

    [Fact]
    public async Task TheDaysRefusalsAreTheContracts()
    {
        using var employee = await _app.NewEmployeeAsync();

        var outFirst = await employee.TapAsync("/absensi/pulang");
        await employee.TapAsync("/absensi/masuk");
        var inTwice = await employee.TapAsync("/absensi/masuk");
        var outOnce = await employee.TapAsync("/absensi/pulang");
        var outTwice = await employee.TapAsync("/absensi/pulang");

        Assert.Equal((422, "Anda belum melakukan absensi masuk hari ini"), (outFirst.Status, outFirst.Message));
        Assert.Equal((422, "Anda sudah melakukan absensi masuk hari ini"), (inTwice.Status, inTwice.Message));
        Assert.Equal(200, outOnce.Status);
        Assert.Equal((422, "Anda sudah melakukan absensi pulang hari ini"), (outTwice.Status, outTwice.Message));
    }

    [Fact]
    public async Task TheSameKeyAgainGivesTheFirstAnswerToTheLetter()
    {
        using var employee = await _app.NewEmployeeAsync();
        var key = Guid.NewGuid().ToString();

        var first = await employee.TapAsync("/absensi/masuk", key);
        await employee.TapAsync("/absensi/pulang");
        var again = await employee.TapAsync("/absensi/masuk", key);

        Assert.Equal(200, first.Status);
        Assert.Equal(first.ToString(), again.ToString());
    }

    [Fact]
    public async Task AKeyOfAnotherPersonIsRefusedAndTellsNothing()
    {
        using var one = await _app.NewEmployeeAsync("Satu");
        using var other = await _app.NewEmployeeAsync("Dua");
        var key = Guid.NewGuid().ToString();
        await one.TapAsync("/absensi/masuk", key);

        var answer = await other.TapAsync("/absensi/masuk", key);

        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("Satu", answer.Body);
        Assert.Equal(200, (await other.TapAsync("/absensi/masuk")).Status);
    }

    [Fact]
    public async Task AHundredAtOnceMakeOneRowOneEventOneAcceptance()
    {
        using var employee = await _app.NewEmployeeAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => employee.TapAsync("/absensi/masuk")));

        Assert.Single(answers, a => a.Status == 200);
        Assert.Equal(99, answers.Count(a => a.Status == 422));
        Assert.Equal(1, await _app.Database.FirstAsync<long>("SELECT COUNT(*) FROM attendances", null, CancellationToken.None));
        Assert.Equal(1, await _app.Database.FirstAsync<long>("SELECT COUNT(*) FROM attendance_logs", null, CancellationToken.None));
    }

    [Fact]
    public async Task AHundredAtOnceWithOneKeyAllGetTheSameAcceptance()
    {
        using var employee = await _app.NewEmployeeAsync();
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => employee.TapAsync("/absensi/masuk", key)));

        Assert.Single(answers.Select(a => a.ToString()).Distinct());
        Assert.Equal(200, answers[0].Status);
    }

    [Theory]
    [InlineData("{}", "latitude", "The latitude field is required.")]
    [InlineData("{}", "longitude", "The longitude field is required.")]
    [InlineData("""{"latitude":null,"longitude":1}""", "latitude", "The latitude field is required.")]
    [InlineData("""{"latitude":"-6.2","longitude":1}""", "latitude", "The latitude field must be a number.")]
    [InlineData("""{"latitude":91,"longitude":1}""", "latitude", "The latitude field must be between -90 and 90.")]
    [InlineData("""{"latitude":1,"longitude":-180.5}""", "longitude", "The longitude field must be between -180 and 180.")]
    [InlineData("""{"latitude":1e999,"longitude":1}""", "latitude", "The latitude field must be between -90 and 90.")]
    [InlineData("""[1,2]""", "body", "The body must be a JSON object with latitude and longitude.")]
    [InlineData("""{"latitude":""", "body", "The body must be a JSON object with latitude and longitude.")]
    [InlineData("", "body", "The body must be a JSON object with latitude and longitude.")]
    public async Task InvalidInputIsToldByField(string body, string field, string message)
    {
        using var employee = await _app.NewEmployeeAsync();

        var answer = await employee.PostAsync("/absensi/masuk", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal((400, "Validation failed"), (answer.Status, answer.Message));
        Assert.Equal(message, answer.Json.GetProperty("errors").GetProperty(field)[0].GetString());
    }

    [Fact]
    public async Task AKeyThatIsNoUuidIsInvalidInput()
    {
        using var employee = await _app.NewEmployeeAsync();

        var answer = await employee.TapAsync("/absensi/masuk", "12345");

        Assert.Equal(400, answer.Status);
        Assert.True(answer.Json.GetProperty("errors").TryGetProperty("idempotency_key", out _));
    }

    [Fact]
    public async Task ABodyBeyondTheLimitIsRefused()
    {
        using var employee = await _app.NewEmployeeAsync();

        // The client that does not wait may find the line closed while it is still sending.
        employee.Http.DefaultRequestHeaders.ExpectContinue = true;

        var answer = await employee.PostAsync("/absensi/masuk", new StringContent($$"""{"latitude":1,"longitude":1,"junk":"{{new string('x', 100_000)}}"}""", Encoding.UTF8, "application/json"));

        Assert.Equal((413, "app-node-7"), (answer.Status, answer.Header("X-Node-ID")));
    }

    [Fact]
    public async Task WithoutTheCsrfHeaderNothingHappens()
    {
        using var employee = await _app.NewEmployeeAsync();
        employee.SendCsrf = false;

        var answer = await employee.TapAsync("/absensi/masuk");

        Assert.Equal((419, "Sesi formulir kedaluwarsa. Muat ulang halaman."), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task OnlyEmployeesClockIn()
    {
        using var stranger = _app.Anonymous();
        using var admin = await _app.NewAdminAsync();

        var asNoOne = await stranger.TapAsync("/absensi/masuk");
        var asAdmin = await admin.TapAsync("/absensi/masuk");

        Assert.Equal((401, "Silakan masuk terlebih dahulu"), (asNoOne.Status, asNoOne.Message));
        Assert.Equal((403, "Anda tidak memiliki akses ke data ini"), (asAdmin.Status, asAdmin.Message));
    }

    [Fact]
    public async Task AnErrorPageInBetweenTakesNoTapsTokenAway()
    {
        using var employee = await _app.NewEmployeeAsync();

        var page = await employee.GetAsync("/riwayat/999999", json: false);
        var tap = await employee.TapAsync("/absensi/masuk");

        Assert.Equal((404, 200), (page.Status, tap.Status));
    }
}
