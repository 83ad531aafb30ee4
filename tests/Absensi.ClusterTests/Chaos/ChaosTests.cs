using System.Diagnostics;
using System.Globalization;
using Absensi.ClusterTests.Real;
using Absensi.Storage;
using Xunit.Abstractions;

namespace Absensi.ClusterTests.Chaos;

/// <summary>
/// The proof: a real cluster under load, one fault after another, and then its whole history against what its users were told.
/// ABSENSI_CHAOS_MINUTES makes it long, ABSENSI_CHAOS_SEED repeats a run's faults.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int TapsPerSecond = 20, Followers = 3;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1), LongestHealing = TimeSpan.FromSeconds(90);

    private readonly int? _minutes = int.TryParse(Environment.GetEnvironmentVariable("ABSENSI_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : null;
    private readonly int _seed = int.TryParse(Environment.GetEnvironmentVariable("ABSENSI_CHAOS_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : Random.Shared.Next();

    // On the pool: the proxies and the load are not to queue for the few threads that the test runner gives to tests.
    [Fact]
    public Task WhatWasAcknowledgedIsStoredOnceAndSeenInOrderWhateverFails() => Task.Run(ProveAsync);

    private async Task ProveAsync()
    {
        output.WriteLine($"ABSENSI_CHAOS_SEED={_seed}");
        var duration = TimeSpan.FromMinutes(_minutes ?? 3);
        await using var cluster = await ChaosCluster.StartAsync(duration);
        var real = cluster.Real;
        Assert.True(await cluster.ClockAsync(ChaosCluster.WrongNode) - await cluster.ClockAsync("app-node-1") > TimeSpan.FromMinutes(59), "the node's clock is not wrong");
        var admins = await real.AddPeopleAsync(Followers, Roles.Admin);
        var load = new Load(await real.AddPeopleAsync((int)(duration.TotalSeconds * TapsPerSecond), open: false), TapsPerSecond, retries: true);
        var last = new TaskCompletionSource<long>();
        var followers = admins.Select(admin => new Follower(real, admin)).ToList();
        var following = Task.WhenAll(followers.Select(f => f.FollowAsync(last.Task)));
        using var enough = new CancellationTokenSource();
        var loading = load.RunAsync(enough.Token);

        var report = new ChaosReport(_seed);
        var clock = Stopwatch.StartNew();
        var random = new Random(_seed);
        do
        {
            var faults = Fault.All.ToArray();
            random.Shuffle(faults);
            foreach (var fault in faults) report.Add(await HappenAsync(fault, cluster, load, random));
        }
        while (_minutes is not null && clock.Elapsed < duration);

        await enough.CancelAsync();
        await loading;
        var entries = await real.Database.QueryAsync<Entry>("SELECT id, request_id, hash FROM attendance_logs ORDER BY id", null, CancellationToken.None);
        last.SetResult(entries.Count);
        await following.WaitAsync(Program.Patience);
        report.Finish(load, followers, clock.Elapsed);
        foreach (var line in report.Lines()) output.WriteLine(line);

        var wrong = Differences(load, entries).ToList();
        for (var i = 0; i < followers.Count; i++)
            if (!followers[i].Seen.SequenceEqual(Enumerable.Range(1, entries.Count).Select(n => (long)n))) wrong.Add($"subscriber {i + 1} did not see 1 to {entries.Count} in order, once each");
        var late = await real.Database.FirstAsync<long>("SELECT COUNT(*) FROM attendances WHERE status <> 'Hadir'", null, CancellationToken.None);
        if (late > 0) wrong.Add($"{late} people are late by a wrong clock");
        var verify = await real.RunAsync("verify");
        if (verify.ExitCode != 0) wrong.Add(verify.Output);
        Assert.True(wrong.Count == 0, $"with ABSENSI_CHAOS_SEED={_seed}:\n{string.Join('\n', wrong.Take(20))}");
        Assert.StartsWith("In order: ", verify.Output);
        if (_minutes is not null) report.Save();
    }

    private static async Task<Happened> HappenAsync(Fault fault, ChaosCluster cluster, Load load, Random random)
    {
        var began = Stopwatch.GetTimestamp();
        await fault.Happen(cluster, random);
        var over = Stopwatch.GetTimestamp();
        long wholeSince = 0;
        while (true)
        {
            var whole = await cluster.IsWholeAsync();
            if (!whole) wholeSince = 0;
            else if (wholeSince == 0) wholeSince = Stopwatch.GetTimestamp();
            if (wholeSince != 0 && Stopwatch.GetElapsedTime(wholeSince) > Calm && load.Calm > Calm) break;
            if (Stopwatch.GetElapsedTime(over) > LongestHealing) throw new TimeoutException($"{fault.Name}: {(whole ? "requests still fail" : "not whole again")} after {LongestHealing.TotalSeconds} s; the last lines:\n{string.Join('\n', cluster.Real.Up.Output.Split('\n').TakeLast(60))}");
            await Task.Delay(50);
        }

        var attempts = load.Attempts.Where(a => a.EndedAt > began).ToList();
        var failed = attempts.Where(a => a.Status != 200).ToList();
        return new Happened(fault.Name, attempts.Count, failed.Count,
            failed.Count == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(began, failed.Max(a => a.EndedAt)),
            wholeSince < over ? TimeSpan.Zero : Stopwatch.GetElapsedTime(over, wholeSince), attempts.Max(a => a.Took));
    }

    /// <summary>The history as the callers have it against the log.</summary>
    private static IEnumerable<string> Differences(Load load, IReadOnlyList<Entry> entries)
    {
        var byKey = entries.ToLookup(e => e.RequestId);
        foreach (var tap in load.Taps)
        {
            var stored = byKey[tap.Key].ToList();
            if (tap.Data is not { } data) yield return $"{tap.Key} {tap.Path}: never acknowledged; last: {tap.Attempts[^1]} {tap.LastAnswer}";
            else if (stored.Count != 1) yield return $"{tap.Key} {tap.Path}: acknowledged as event {data.GetProperty("event_id").GetInt64()}, stored {stored.Count} times";
            else if (stored[0].Id != data.GetProperty("event_id").GetInt64() || stored[0].Receipt != data.GetProperty("receipt").GetString())
                yield return $"{tap.Key} {tap.Path}: acknowledged with receipt {data.GetProperty("receipt").GetString()}, stored with {stored[0].Receipt}";
            foreach (var attempt in tap.Attempts.Where(a => a.Status is not (0 or 200 or 503) || (a.Status == 503 && !a.SaysWhen))) yield return $"{tap.Key} {tap.Path}: {attempt}";
        }

        var known = load.Taps.Select(t => t.Key).ToHashSet();
        foreach (var entry in entries.Where(e => !known.Contains(e.RequestId))) yield return $"entry {entry.Id} was asked for by nobody";
    }

    private sealed class Entry
    {
        public long Id { get; init; }
        public string RequestId { get; init; } = "";
        public string Hash { get; init; } = "";
        public string Receipt => $"{Id}-{Hash[..6].ToUpperInvariant()}";
    }
}
