using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Absensi.BrowserTests;

/// <summary>What a page costs a phone on a slow network: the bytes that Chromium counts on the wire, headers included.</summary>
[Collection(nameof(Office))]
public sealed class WeightTests(Office office, ITestOutputHelper output)
{
    private const long Most = 120_000;

    /// <summary>With whether the page is live: that part comes after it, on the portal by some seconds, and counts as well.</summary>
    public static TheoryData<string, string, Who, bool> FirstPages => new()
    {
        { "login", "/login", Who.Nobody, false },
        { "portal", "/dashboard", Who.Newcomer, true },
        { "dashboard", "/admin/dashboard", Who.Admin, true },
        { "cluster", "/admin/klaster", Who.Admin, true },
        { "history", "/riwayat", Who.Admin, false },
        { "calendar", "/riwayat/kalender", Who.Employee, false },
        { "recap", "/rekap", Who.Admin, false },
        { "people", "/admin/karyawan", Who.Admin, false },
        { "import", "/admin/karyawan/impor", Who.Admin, false },
        { "profile", "/profil", Who.Employee, false },
    };

    [Theory]
    [MemberData(nameof(FirstPages))]
    public async Task AFirstVisitIsLightAndASecondBringsThePageAlone(string name, string address, Who who, bool isLive)
    {
        await using var visit = await office.OpenAsync(who, 360, 740);
        await using var wire = await Wire.TapAsync(visit.Page);

        var first = await LoadAsync();
        var second = await LoadAsync();

        output.WriteLine($"{name}: {first.Sum(r => r.Bytes):N0} bytes, then {second.Sum(r => r.Bytes):N0}");
        foreach (var request in first.OrderByDescending(r => r.Bytes)) output.WriteLine($"  {request.Bytes,8:N0} {request.Encoding,-4} {request.Path}");
        Assert.InRange(first.Sum(r => r.Bytes), 1, Most);
        Assert.All(first.Where(r => r.IsText), r => Assert.Equal("br", r.Encoding));
        Assert.All(first.Where(r => r.IsBuilt), r => Assert.Contains("immutable", r.Cache, StringComparison.Ordinal));
        Assert.Contains(first, r => r.IsBuilt);
        Assert.DoesNotContain(second, r => r.IsBuilt);

        async Task<IReadOnlyList<Sent>> LoadAsync()
        {
            await visit.Page.GotoAsync(address, new() { WaitUntil = WaitUntilState.NetworkIdle });
            if (isLive) await visit.Page.UntilAsync("performance.getEntriesByType('resource').some(({ name }) => name.includes('/build/hub-'))");
            return [.. wire.Take().Where(r => !r.Path.StartsWith("/api/", StringComparison.Ordinal))]; // what an open page asks for now and then is not its load
        }
    }

    private sealed record Sent(string Path, string Type, long Bytes, string Encoding, string Cache)
    {
        public bool IsBuilt => Path.StartsWith("/build/", StringComparison.Ordinal);
        public bool IsText => Type is "text/html" or "text/javascript" or "text/css";
    }

    /// <summary>Listens to Chromium's own account of what came over the network.</summary>
    private sealed class Wire(ICDPSession session) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, Sent> _answers = new();
        private ConcurrentQueue<Sent> _sent = new();

        public static async Task<Wire> TapAsync(IPage page)
        {
            var wire = new Wire(await page.Context.NewCDPSessionAsync(page));
            wire.Listen("Network.responseReceived", wire.Answered);
            wire.Listen("Network.loadingFinished", wire.Finished);
            await wire.Session.SendAsync("Network.enable");
            return wire;
        }

        private ICDPSession Session { get; } = session;

        public IReadOnlyList<Sent> Take() => [.. Interlocked.Exchange(ref _sent, new())];

        public async ValueTask DisposeAsync() => await Session.DetachAsync();

        private void Listen(string name, Action<JsonElement> heard) => Session.Event(name).OnEvent += (_, e) => heard(e!.Value);

        private void Answered(JsonElement e)
        {
            var response = e.GetProperty("response");
            var headers = response.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString() ?? "", StringComparer.OrdinalIgnoreCase);
            _answers[e.GetProperty("requestId").GetString()!] = new Sent(
                new Uri(response.GetProperty("url").GetString()!).AbsolutePath, response.GetProperty("mimeType").GetString()!, 0,
                headers.GetValueOrDefault("Content-Encoding", ""), headers.GetValueOrDefault("Cache-Control", ""));
        }

        private void Finished(JsonElement e)
        {
            var bytes = (long)e.GetProperty("encodedDataLength").GetDouble();
            if (bytes > 0 && _answers.TryGetValue(e.GetProperty("requestId").GetString()!, out var answer)) _sent.Enqueue(answer with { Bytes = bytes });
        }
    }
}
