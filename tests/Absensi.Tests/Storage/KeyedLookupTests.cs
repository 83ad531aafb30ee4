using Absensi.Storage;

namespace Absensi.Tests.Storage;

public sealed class KeyedLookupTests
{
    private readonly List<IReadOnlyList<string>> _asked = [];
    private readonly List<TaskCompletionSource> _answers = [];
    private readonly KeyedLookup<string> _lookup;

    public KeyedLookupTests() => _lookup = new KeyedLookup<string>(AskAsync);

    private async Task<IReadOnlyDictionary<string, string>> AskAsync(IReadOnlyList<string> keys)
    {
        var answer = new TaskCompletionSource();
        _answers.Add(answer);
        _asked.Add(keys);
        await answer.Task;
        return keys.Where(k => k != "nobody").ToDictionary(k => k, k => $"row of {k}");
    }

    [Fact]
    public async Task WhatIsAskedWhileOneQuestionIsUnderWayIsTheNextOne()
    {
        var first = _lookup.FindAsync("a");
        Task<string?>[] later = [_lookup.FindAsync("b"), _lookup.FindAsync("nobody"), _lookup.FindAsync("b"), _lookup.FindAsync("a")];
        _answers[0].SetResult();
        Assert.Equal("row of a", await first);
        while (_answers.Count < 2) await Task.Yield();
        _answers[1].SetResult();

        Assert.Equal<string?[]>(["row of b", null, "row of b", "row of a"], await Task.WhenAll(later));
        Assert.Equal([["a"], ["b", "nobody", "a"]], _asked);
    }

    [Fact]
    public async Task AFaultIsToldToThoseWhoAskedAndToNobodyElse()
    {
        var first = _lookup.FindAsync("a");
        var second = _lookup.FindAsync("b");
        _answers[0].SetException(new StorageUnavailableException("away"));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => first);
        while (_answers.Count < 2) await Task.Yield();
        _answers[1].SetResult();

        Assert.Equal("row of b", await second);
        var third = _lookup.FindAsync("c");
        _answers[2].SetResult();
        Assert.Equal("row of c", await third);
    }

    [Fact]
    public async Task WhoWaitsTooLongIsToldSoAndNoLongerAskedFor()
    {
        var impatient = new KeyedLookup<string>(AskAsync, TimeSpan.FromMilliseconds(50));
        var (first, queued) = (impatient.FindAsync("a"), impatient.FindAsync("b"));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => first);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => queued);
        _answers[0].SetException(new TimeoutException("silent to the end"));
        while (_asked.Count < 2) await Record.ExceptionAsync(() => impatient.FindAsync("c"));

        Assert.Equal([["a"], ["c"]], _asked);
    }

    [Fact]
    public async Task ACrowdIsAskedForInPortionsAndTooGreatACrowdIsRefused()
    {
        var first = _lookup.FindAsync("first");
        var crowd = Enumerable.Range(0, KeyedLookup<string>.QueueLimit).Select(i => _lookup.FindAsync($"{i}")).ToList();

        Assert.Throws<StorageUnavailableException>(() => { _ = _lookup.FindAsync("one too many"); });
        for (var i = 0; !crowd[^1].IsCompleted; i++)
        {
            while (_answers.Count <= i) await Task.Yield();
            _answers[i].SetResult();
            while (_answers.Count <= i + 1 && !crowd[^1].IsCompleted) await Task.Yield();
        }

        Assert.Equal("row of first", await first);
        Assert.Equal($"row of {KeyedLookup<string>.QueueLimit - 1}", await crowd[^1]);
        Assert.All(_asked, keys => Assert.InRange(keys.Count, 1, KeyedLookup<string>.AtOnce));
    }
}
