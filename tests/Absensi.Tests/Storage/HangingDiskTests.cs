using Absensi.Commands;
using Absensi.Feed;
using Absensi.Storage;
using Absensi.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Absensi.Tests.Storage;

/// <summary>A server may show a commit to others before it is on the disk, and lose it there.</summary>
public sealed class HangingDiskTests : IAsyncLifetime
{
    private readonly List<StorageNode> _nodes = [];
    private MariaDbServer _server = null!;

    public async Task InitializeAsync() => _server = await MariaDbServer.CreateAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task WhatIsNotOnTheDiskIsNeitherAnsweredNorTold()
    {
        var (first, second) = (await StartNodeAsync("app-node-1"), await StartNodeAsync("app-node-2"));
        await MigrateCommand.MigrateAsync(first.Database, CancellationToken.None);
        var (person, key) = (await first.AddPersonAsync(), Guid.NewGuid().ToString());
        var told = new TaskCompletionSource();
        using var tail = new FeedTail(second.Log, new Doorbell(null), NullLogger<FeedTail>.Instance);
        var started = new TaskCompletionSource();
        tail.Follow((_, events) => (events.Count == 0 ? started : told).TrySetResult());
        await tail.StartAsync(CancellationToken.None);
        await started.Task;

        var disk = await HangingDisk.AttachAsync(_server.ProcessId, _server.RedoLog);
        var tap = first.ClockAsync(person, requestId: key);
        while (!await HasAsync(second, key))
        {
            Assert.False(tap.IsCompleted);
            await Task.Delay(50); // Each question costs the traced server a hundred stops.
        }

        var again = second.ClockAsync(person, requestId: key);
        var other = second.ClockAsync(person);
        await Task.WhenAny(tap, again, other, told.Task, Task.Delay(TimeSpan.FromSeconds(2)));
        // Whoever is traced is gone only when its tracer is.
        await Task.WhenAll(_server.KillAsync(), disk.DisposeAsync().AsTask());
        var answers = await Task.WhenAll(OutcomeAsync(tap), OutcomeAsync(again), OutcomeAsync(other));
        await _server.StartAsync();

        Assert.Empty(await first.Log.OfRequestsAsync([key], CancellationToken.None));
        Assert.All(answers, Assert.Null);
        Assert.False(told.Task.IsCompleted);
        await tail.StopAsync(CancellationToken.None);
    }

    /// <summary>A server that is traced is slow: it may not answer in time.</summary>
    private static async Task<bool> HasAsync(StorageNode node, string key)
    {
        try
        {
            return (await node.Log.OfRequestsAsync([key], CancellationToken.None)).Count > 0;
        }
        catch (Exception fault) when (node.Database.Dialect.IsUnavailable(fault))
        {
            return false;
        }
    }

    private async Task<StorageNode> StartNodeAsync(string nodeId)
    {
        (string, string)[] environment =
        [
            ("DB_HOST", "127.0.0.1"), ("DB_PORT", $"{_server.Port}"), ("DB_USERNAME", MariaDbServer.User), ("DB_PASSWORD", MariaDbServer.Password), ("DB_DATABASE", "absensi"),
        ];
        _nodes.Add(await StorageNode.StartAsync(environment, nodeId));
        return _nodes[^1];
    }

    private static async Task<ClockAnswer?> OutcomeAsync(Task<ClockAnswer> tap)
    {
        try
        {
            return await tap;
        }
        catch (StorageUnavailableException)
        {
            return null;
        }
    }
}
