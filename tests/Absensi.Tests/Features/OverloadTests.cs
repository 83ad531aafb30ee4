using System.Diagnostics;
using Absensi.Core.Attendance;
using Absensi.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Absensi.Tests.Features;

public sealed class OverloadTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async Task InitializeAsync() => _app = await TestApp.StartAsync();
    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task WhoComesWhenTooManyWaitIsToldSoAtOnceAndNobodyWhoWaitsIsLost()
    {
        var writer = _app.Services.GetRequiredService<AttendanceWriter>();
        var people = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _app.AddPersonAsync()));
        using var late = await _app.NewEmployeeAsync();
        using var stranger = _app.Anonymous();
        var turn = await _app.Database.Dialect.EnterWriteAsync(CancellationToken.None);
        List<Task<ClockAnswer>> waiting;
        Answer refused, alsoBeforeTheSessionIsLookedUp;
        try
        {
            waiting = Enumerable.Range(0, 150).Select(i => TapAsync(writer, people[i % people.Length])).ToList();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!writer.IsBehind) await Task.Delay(20, patience.Token);
            refused = await late.TapAsync("/absensi/masuk");
            alsoBeforeTheSessionIsLookedUp = await stranger.TapAsync("/absensi/masuk");
            Assert.Equal(200, (await late.GetAsync("/riwayat")).Status);
        }
        finally
        {
            turn.Dispose();
        }

        var answers = await Task.WhenAll(waiting);

        Assert.Equal(503, refused.Status);
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Equal(503, alsoBeforeTheSessionIsLookedUp.Status);
        Assert.Equal(people.Length, answers.Count(a => a is ClockAnswer.Accepted));
        Assert.Equal(150 - people.Length, answers.Count(a => a is ClockAnswer.Refused));
        Assert.Equal(200, (await late.TapAsync("/absensi/masuk")).Status);
    }

    private static Task<ClockAnswer> TapAsync(AttendanceWriter writer, long person) =>
        writer.ClockAsync(new ClockRequest(person, ClockKind.In, new Position(-6.2, 106.8), null, Guid.NewGuid().ToString(), Stopwatch.GetTimestamp()));
}
