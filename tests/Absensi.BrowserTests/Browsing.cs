using Absensi.Tests;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>A real Chromium, and pages in it that fail a test by what they complain of.</summary>
public sealed class Browsing : IAsyncLifetime
{
    /// <summary>For a machine that has more to do than this.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
        });
    }

    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A browser of its own for one person, at their session, with a position unless it is denied.</summary>
    /// <param name="accuracy">Of the position, in metres.</param>
    public async Task<Visit> VisitAsync(TestApp app, TestClient? session = null, int width = 1440, int height = 900, bool position = true, float accuracy = 12, bool motion = false, bool offlineShell = false)
    {
        var context = await Browser.NewContextAsync(new()
        {
            BaseURL = app.Address.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            Locale = "id-ID",
            ReducedMotion = motion ? ReducedMotion.NoPreference : ReducedMotion.Reduce,
            ServiceWorkers = offlineShell ? ServiceWorkerPolicy.Allow : ServiceWorkerPolicy.Block,
            Geolocation = position ? new() { Latitude = -6.2088f, Longitude = 106.8456f, Accuracy = accuracy } : null,
            Permissions = position ? ["geolocation"] : [],
        });
        if (session?.Cookie("absensi_session") is { } token)
            await context.AddCookiesAsync([new() { Name = "absensi_session", Value = token, Url = app.Address.ToString() }]);
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) complaints.Add(message.Text);
        };
        return new Visit(context, page, complaints);
    }
}

public static class Waiting
{
    /// <summary>Clocks in over HTTP, with the same key again for as long as the server is too busy.</summary>
    public static async Task ClockInAsync(this TestClient session)
    {
        var (key, began) = ($"{Guid.NewGuid()}", DateTime.UtcNow);
        Answer answer;
        while ((answer = await session.TapAsync("/absensi/masuk", key)).Status == 503 && DateTime.UtcNow - began < Browsing.Patience) await Task.Delay(200);
        Assert.True(answer.Status == 200, $"{answer}");
    }

    /// <summary>Waits until a JavaScript condition holds. Playwright's own way evaluates anew each time, which our content policy forbids.</summary>
    public static Task UntilAsync(this IPage page, string condition) =>
        page.EvaluateAsync($"async () => {{ while (!(await ({condition}))) await new Promise((next) => setTimeout(next, 20)); }}").WaitAsync(Browsing.Patience);

    /// <summary>From the next document on keeps what toasts say, for <see cref="ToldAsync"/>: they are gone after six seconds.</summary>
    public static Task KeepToastsAsync(this IPage page) => page.AddInitScriptAsync(
        """
        window.told = '';
        new MutationObserver(() => { window.told += document.querySelector('body > [aria-live]')?.textContent ?? ''; }).observe(document, { childList: true, subtree: true });
        """);

    /// <summary>Waits until a toast has said that, be it still there or not.</summary>
    public static Task ToldAsync(this IPage page, string words) => page.UntilAsync($"window.told.includes('{words}')");

    /// <summary>Does what leads to another page, and waits until that is loaded. Who looks for an address only after the act may miss the moment it comes.</summary>
    public static async Task ActAndGoAsync(this IPage page, string url, Func<Task> act)
    {
        var there = page.WaitForURLAsync(url, new() { WaitUntil = WaitUntilState.Commit });
        await act();
        await there;
        await page.WaitForLoadStateAsync();
    }
}

/// <param name="Complaints">Script errors and what the content policy stopped.</param>
public sealed record Visit(IBrowserContext Context, IPage Page, IReadOnlyList<string> Complaints) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Context.CloseAsync();
}
