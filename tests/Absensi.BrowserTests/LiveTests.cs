using Absensi.Tests;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>The admin's open dashboard: what arrives, how, and what happens when the line is cut.</summary>
[Collection(nameof(Office))]
public sealed class LiveTests(Office office)
{
    [Fact]
    public async Task ACutLineTurnsToPollingAndBackAndNoEventIsShownTwiceOrMissed()
    {
        await using var visit = await office.OpenAsync(Who.Admin);
        var cut = false;
        IWebSocketRoute? line = null;
        await visit.Page.RouteWebSocketAsync("**/ws", async socket =>
        {
            if (cut) await socket.CloseAsync();
            else (line = socket).ConnectToServer();
        });

        await OpenAsync(visit.Page);
        var live = await ArriveAsync();
        await Row(visit.Page, live).WaitForAsync();
        cut = true;
        await line!.CloseAsync();
        await visit.Page.GetByText("Mode polling").WaitForAsync();
        var polled = await ArriveAsync();
        await Row(visit.Page, polled).WaitForAsync();
        cut = false;
        await visit.Page.GetByText("Live", new() { Exact = true }).WaitForAsync();
        var again = await ArriveAsync();
        await Row(visit.Page, again).WaitForAsync();

        Assert.Equal([again, polled, live], (await NamesAsync(visit.Page)).Take(3));
        Assert.Equal((await NamesAsync(visit.Page)).Count, (await KeysAsync(visit.Page)).Distinct().Count());
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task APageThatReachesNobodyDoesNotSayThatItIsPolling()
    {
        await using var visit = await office.OpenAsync(Who.Admin);
        var cut = false;
        IWebSocketRoute? line = null;
        await visit.Page.RouteWebSocketAsync("**/ws", async socket =>
        {
            if (cut) await socket.CloseAsync();
            else (line = socket).ConnectToServer();
        });
        var asked = 0;
        await OpenAsync(visit.Page);
        await visit.Page.RouteAsync("**/api/**", async route =>
        {
            asked++;
            await route.AbortAsync("internetdisconnected");
        });

        cut = true;
        await line!.CloseAsync();
        while (asked < 2) await visit.Page.UntilAsync("new Promise((next) => setTimeout(() => next(true), 200))");
        await visit.Page.GetByText("Menyambung kembali…").WaitForAsync();
        Assert.Equal(0, await visit.Page.GetByText("Mode polling").CountAsync());
        await visit.Page.UnrouteAsync("**/api/**");
        await visit.Page.GetByText("Mode polling").WaitForAsync();

        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData("/admin/dashboard", 360)]
    [InlineData("/admin/dashboard?layar=1", 1440)]
    [InlineData("/admin/klaster", 1440)]
    public async Task TheWordOnTheStateOfTheLineChangesInItsPlace(string address, int width)
    {
        await using var visit = await office.OpenAsync(Who.Admin, width, 740);
        var seen = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/build/hub-*.js", async route =>
        {
            await seen.Task;
            await route.ContinueAsync();
        });
        var state = visit.Page.Locator("header [role=status]");

        await visit.Page.GotoAsync(address);
        await visit.Page.UntilAsync("'ready' in document.documentElement.dataset && document.fonts.status === 'loaded'");
        var before = await PlaceAsync();
        seen.SetResult();
        await state.GetByText("Live", new() { Exact = true }).WaitForAsync();

        Assert.Equal(before, await PlaceAsync());

        Task<string> PlaceAsync() => state.EvaluateAsync<string>("(state) => JSON.stringify(state.getBoundingClientRect())");
    }

    [Fact]
    public async Task TwoBrowsersShowTheSameTap()
    {
        await using var one = await office.OpenAsync(Who.Admin);
        await using var other = await office.OpenAsync(Who.Admin, 360, 740);
        await OpenAsync(one.Page);
        await OpenAsync(other.Page);

        var name = await ArriveAsync();
        await Row(one.Page, name).WaitForAsync();
        await Row(other.Page, name).WaitForAsync();

        Assert.Equal(await NamesAsync(one.Page), await NamesAsync(other.Page));
    }

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(360, 740)]
    public async Task NothingShiftsWhenARowArrives(int width, int height)
    {
        await using var visit = await office.OpenAsync(Who.Admin, width, height, motion: true);
        await OpenAsync(visit.Page);
        await visit.Page.Locator("#terbaru").ScrollIntoViewIfNeededAsync();
        await visit.Page.EvaluateAsync(
            """
            window.shifts = [];
            new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((entry) =>
              `${entry.value} ${entry.sources.map(({ node, previousRect, currentRect }) => `${node?.outerHTML?.slice(0, 120)} ${previousRect.x},${previousRect.y} to ${currentRect.x},${currentRect.y}`)}`)))
              .observe({ type: 'layout-shift' });
            """);

        for (var i = 0; i < 3; i++) await Row(visit.Page, await ArriveAsync()).WaitForAsync();
        await visit.Page.UntilAsync("document.getAnimations().every((animation) => animation.effect.getTiming().iterations === Infinity)");

        Assert.Empty(await visit.Page.EvaluateAsync<string[]>("window.shifts"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ANewRowMovesOnlyWhereMotionIsWelcome(bool welcome)
    {
        await using var visit = await office.OpenAsync(Who.Admin, motion: welcome);
        await OpenAsync(visit.Page);

        var row = Row(visit.Page, await ArriveAsync());
        var longest = await row.EvaluateAsync<double>(
            "(row) => Math.max(...[row, ...row.querySelectorAll('*')].flatMap((part) => [getComputedStyle(part).animationDuration, getComputedStyle(part).transitionDuration].flatMap((times) => times.split(',').map(parseFloat))))");

        Assert.Equal(welcome, longest > 0.01);
    }

    [Fact]
    public async Task AWallTellsWhoCameButNotWhoWasLateOrAbsent()
    {
        await using var visit = await office.OpenAsync(Who.Admin);
        await visit.Page.GotoAsync("/admin/dashboard?layar=1");
        await visit.Page.GetByText("Live", new() { Exact = true }).WaitForAsync();

        var name = await ArriveAsync();
        await Row(visit.Page, name).WaitForAsync();

        var list = visit.Page.Locator("section[aria-labelledby=terbaru]");
        Assert.DoesNotContain("Alpha", await list.InnerTextAsync());
        Assert.DoesNotContain("Terlambat", await list.InnerTextAsync());
        Assert.Equal(0, await list.EvaluateAsync<int>("(list) => list.scrollWidth - list.clientWidth"));
        var middles = await Row(visit.Page, name).Locator("span:not(:has(*)):visible").EvaluateAllAsync<double[]>(
            "(parts) => parts.map((part) => part.getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2)");
        Assert.Equal(3, middles.Length); // name, "Masuk" and time, on one line
        Assert.InRange(middles.Max() - middles.Min(), 0, 8);
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task TheTwoListsOfThoseMissingAndLateChangePlacesByArrowKeys()
    {
        await using var visit = await office.OpenAsync(Who.Admin);
        await OpenAsync(visit.Page);

        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Belum hadir" }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");

        Assert.StartsWith("Terlambat", await visit.Page.EvaluateAsync<string>("document.activeElement.textContent"), StringComparison.Ordinal);
        Assert.Equal("true", await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Terlambat" }).GetAttributeAsync("aria-selected"));
    }

    [Fact]
    public async Task ADayShowsItsPlacesBesideThoseOfTheDaysBefore()
    {
        await using var visit = await office.VisitAsync("day", "/riwayat/{day}", Who.Admin);
        var place = visit.Page.Locator("section[aria-labelledby=lokasi]");

        await place.GetByText("tempat yang biasa").First.WaitForAsync();

        Assert.Equal(2, await place.GetByRole(AriaRole.Link, new() { Name = "Buka di peta" }).CountAsync());
        Assert.NotEmpty((await place.Locator("path[stroke-linecap=round]").First.GetAttributeAsync("d"))!);
        Assert.Empty(visit.Complaints);
    }

    private async Task<string> ArriveAsync()
    {
        var name = $"Tamu {Guid.NewGuid():N}";
        using var person = await office.App.NewEmployeeAsync(name);
        await person.ClockInAsync();
        return name;
    }

    private static async Task OpenAsync(IPage page)
    {
        await page.GotoAsync("/admin/dashboard");
        await page.GetByText("Live", new() { Exact = true }).WaitForAsync();
    }

    private static ILocator Row(IPage page, string name) => page.Locator("section[aria-labelledby=terbaru] li", new() { HasText = name });

    private static Task<IReadOnlyList<string>> NamesAsync(IPage page) => page.Locator("section[aria-labelledby=terbaru] li a > span:first-child").AllTextContentsAsync();

    private static Task<string[]> KeysAsync(IPage page) =>
        page.Locator("section[aria-labelledby=terbaru] li a").EvaluateAllAsync<string[]>("(links) => links.map((link) => link.href + link.textContent.includes('Pulang'))");
}
