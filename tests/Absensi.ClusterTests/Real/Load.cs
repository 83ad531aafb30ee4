using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Absensi.ClusterTests.Feed;

namespace Absensi.ClusterTests.Real;

/// <summary>One try of a tap, by <see cref="Stopwatch.GetTimestamp"/>. Status 0 is no answer at all.</summary>
internal sealed record Attempt(long StartedAt, long EndedAt, int Status, string? NodeId, bool SaysWhen, string? Fault)
{
    public TimeSpan Took => Stopwatch.GetElapsedTime(StartedAt, EndedAt);
}

/// <summary>A tap with its key, every try of it, and what was acknowledged in the end.</summary>
internal sealed class Tap(Visitor person, string path)
{
    private readonly List<Attempt> _attempts = [];

    public string Key { get; } = Guid.NewGuid().ToString();
    public string Path => path;
    public JsonElement? Data { get; private set; }
    public string? LastAnswer { get; private set; }

    public IReadOnlyList<Attempt> Attempts
    {
        get { lock (_attempts) return [.. _attempts]; }
    }

    public async Task<Attempt> TryAsync(TimeSpan patience)
    {
        var startedAt = Stopwatch.GetTimestamp();
        Attempt attempt;
        try
        {
            using var enough = new CancellationTokenSource(patience);
            using var answer = await person.PostAsync(path, JsonContent.Create(new { latitude = -6.2088, longitude = 106.8456 }), Key, enough.Token);
            var body = await answer.Content.ReadAsStringAsync(enough.Token);
            LastAnswer = body;
            if (answer.IsSuccessStatusCode) Data = JsonDocument.Parse(body).RootElement.GetProperty("data").Clone();
            attempt = new Attempt(startedAt, Stopwatch.GetTimestamp(), (int)answer.StatusCode, answer.Headers.TryGetValues("X-Node-ID", out var node) ? node.Single() : null, answer.Headers.RetryAfter is not null, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            attempt = new Attempt(startedAt, Stopwatch.GetTimestamp(), 0, null, false, e.Message);
        }

        lock (_attempts) _attempts.Add(attempt);
        return attempt;
    }
}

/// <summary>People who come and go at a steady rate: everyone clocks in, and later out.</summary>
/// <param name="retries">Whether a tap that was not answered for good is tried again with its key, as the page does.</param>
internal sealed class Load(IReadOnlyList<Visitor> people, int perSecond, bool retries)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), Pause = TimeSpan.FromMilliseconds(200);

    private const int Inside = 100;

    // A stall of the machine is not made up for all at once: nginx would refuse what is too much for two nodes, as it is meant to.
    private const int AtOnce = 120;
    private static readonly TimeSpan Arrears = TimeSpan.FromMilliseconds(100);

    // Who tries again may be refused.
    private readonly SemaphoreSlim _room = new(retries ? int.MaxValue : AtOnce);

    private readonly ConcurrentQueue<Tap> _taps = [];
    private readonly ConcurrentQueue<Attempt> _attempts = [];
    private long _failedAt;

    public IReadOnlyCollection<Tap> Taps => _taps;

    /// <summary>In the order in which they ended.</summary>
    public IReadOnlyCollection<Attempt> Attempts => _attempts;

    /// <summary>How long ago an attempt last ended in anything but 200.</summary>
    public TimeSpan Calm => Stopwatch.GetElapsedTime(Interlocked.Read(ref _failedAt));

    /// <summary>Goes on until it is told to stop or everyone has come and gone; returns when every tap that was begun is over.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (clock, due) = (Stopwatch.StartNew(), TimeSpan.Zero);
        var under = new List<Task>();
        var inside = new Queue<(Visitor Person, Task Came)>();
        var next = 0;
        // Who leaves came long enough ago: the tap before theirs is answered.
        while (!stop.IsCancellationRequested && (next < people.Count || inside.Count > 0))
        {
            if (due - clock.Elapsed is var left && left > TimeSpan.FromMilliseconds(2)) await Task.Delay(left, CancellationToken.None);
            await _room.WaitAsync(CancellationToken.None);
            if (clock.Elapsed - due > Arrears) due = clock.Elapsed;
            due += TimeSpan.FromSeconds(1.0 / perSecond);
            if (inside.TryPeek(out var first) && first.Came.IsCompleted && (inside.Count > Inside || next == people.Count))
            {
                inside.Dequeue();
                under.Add(TapAsync(first.Person, "/absensi/pulang"));
            }
            else if (next < people.Count)
            {
                var person = people[next++];
                var came = TapAsync(person, "/absensi/masuk");
                under.Add(came);
                inside.Enqueue((person, came));
            }
            else
            {
                _room.Release();
                await first.Came;
            }
        }

        await Task.WhenAll(under);
    }

    private async Task TapAsync(Visitor person, string path)
    {
        var tap = new Tap(person, path);
        var patience = Stopwatch.StartNew();
        while (!await person.IsOpenAsync() && patience.Elapsed < Program.Patience) await Task.Delay(Pause);
        _taps.Enqueue(tap);
        while (await TryAsync(tap) is 0 or 429 or >= 500 && retries && patience.Elapsed < Program.Patience) await Task.Delay(Pause);
        _room.Release();
    }

    private async Task<int> TryAsync(Tap tap)
    {
        var attempt = await tap.TryAsync(Patience);
        _attempts.Enqueue(attempt);
        if (attempt.Status != 200) Interlocked.Exchange(ref _failedAt, attempt.EndedAt);
        return attempt.Status;
    }
}
