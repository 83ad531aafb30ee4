using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>
/// Every page, wide and narrow, light and dark, with sample data. With ABSENSI_SCREENSHOTS=FOLDER the pictures are kept:
/// that is where those in the README come from, but for the cluster's, which is of three nodes.
/// </summary>
[Collection(nameof(Office))]
public sealed class EveryPageTests(Office office)
{
    private static readonly (int Width, int Height)[] Screens = [(1440, 900), (360, 740)];
    private static readonly (string Name, ColorScheme Scheme)[] Themes = [("light", ColorScheme.Light), ("dark", ColorScheme.Dark)];

    // Until the other theme is on the screen and nothing fades any more: else a page is looked at in both at once.
    private const string Repainted =
        """
        new Promise(done => {
            let still = 0;
            const look = () => {
                still = document.getAnimations().some(a => a instanceof CSSTransition) ? 0 : still + 1;
                if (still < 4) requestAnimationFrame(look); else done();
            };
            requestAnimationFrame(look);
        })
        """;

    public static TheoryData<string, string, Who> Pages => Office.Pages;

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task APageFitsItsScreenIsOpenToAllAndComplainsOfNothing(string name, string address, Who who)
    {
        foreach (var (width, height) in Screens)
        {
            await using var visit = await office.VisitAsync(name, address, who, width, height);
            Assert.Equal(0, await visit.Page.EvaluateAsync<int>("document.querySelectorAll('form[method=post]:not(:has([name=__RequestVerificationToken]))').length"));
            if (name == "portal-new") await visit.Page.GetByText("Lokasi siap").WaitForAsync();
            foreach (var (theme, scheme) in Themes)
            {
                await visit.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await visit.Page.EvaluateAsync(Repainted);
                if (Environment.GetEnvironmentVariable("ABSENSI_SCREENSHOTS") is { Length: > 0 } folder)
                    await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{width}-{theme}.png") });

                var overflow = await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                var barriers = await Axe.BarriersAsync(visit.Page);

                Assert.True(overflow <= 0, $"{name} is {overflow} px too wide at {width} px");
                Assert.True(barriers.Length == 0, string.Join("\n", barriers.Prepend($"{name}, {width} px, {theme}:")));
                Assert.Empty(visit.Complaints);
            }
        }
    }

    [Theory]
    [InlineData("portal-new", "/dashboard", Who.Newcomer)]
    [InlineData("dashboard", "/admin/dashboard", Who.Admin)]
    [InlineData("history", "/riwayat", Who.Admin)]
    [InlineData("people", "/admin/karyawan", Who.Admin)]
    [InlineData("person", "/admin/karyawan/{person}", Who.Admin)]
    [InlineData("person-new", "/admin/karyawan/baru", Who.Admin)]
    public async Task WhatTheTabKeyReachesIsMarkedAndNothingStandsBeforeIt(string name, string address, Who who)
    {
        await using var visit = await office.VisitAsync(name, address, who, 360, 740);

        for (var stop = 0; stop < 60; stop++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            Assert.Equal("", await visit.Page.EvaluateAsync<string>(
                """
                new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))).then(() => {
                    const at = document.activeElement;
                    if (at === document.body) return '';
                    const { x, y, width, height } = at.getBoundingClientRect();
                    const there = document.elementFromPoint(x + width / 2, y + height / 2);
                    const marked = getComputedStyle(at).outlineStyle !== 'none';
                    return marked && there && (at.contains(there) || there.contains(at)) ? '' : `${at.outerHTML.slice(0, 100)} at ${x}, ${y}`;
                })
                """));
        }
    }

    [Theory]
    [InlineData("/dashboard", Who.Employee, 360, "Absen Pulang")]
    [InlineData("/riwayat", Who.Employee, 360, "Riwayat")]
    [InlineData("/admin/dashboard", Who.Admin, 360, "Status Server")]
    [InlineData("/admin/dashboard", Who.Admin, 1440, "Status Server")]
    public async Task APageIsTrueBeforeItsScriptsComeAndNothingShiftsWhenTheyDo(string address, Who who, int width, string word)
    {
        await using var visit = await office.OpenAsync(who, width, 740);
        var come = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/build/app-*.js", async route =>
        {
            await come.Task;
            await route.ContinueAsync();
        });
        await visit.Page.GotoAsync(address, new() { WaitUntil = WaitUntilState.Commit });

        await visit.Page.GetByText(word, new() { Exact = true }).First.WaitForAsync();
        // From where the page stands still. A word that takes another's place moves its neighbour by a thousandth at most.
        await visit.Page.EvaluateAsync(
            """
            document.fonts.load('1rem "Plus Jakarta Sans"').then(async () => {
                for (let still = 0, before = ''; still < 10; ) {
                    await new Promise(requestAnimationFrame);
                    const places = [...document.querySelectorAll('main *')].map((e) => e.getBoundingClientRect()).map(({ x, y }) => `${x} ${y}`).join();
                    still = places === before ? still + 1 : 0;
                    before = places;
                }
                window.shifts = [];
                new PerformanceObserver((list) => window.shifts.push(...list.getEntries().filter((entry) => entry.value > 0.001)
                    .map((entry) => `${entry.value} ${entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120))}`))).observe({ type: 'layout-shift' });
            })
            """);
        come.SetResult();
        await visit.Page.UntilAsync("'ready' in document.documentElement.dataset && new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => next(true))))");

        Assert.Empty(await visit.Page.EvaluateAsync<string[]>("window.shifts"));
    }

    [Fact]
    public void EveryPageOfTheProgramIsLookedAt()
    {
        var looked = Pages.Select(row => ((string)row[1]).Split('?')[0]).ToList();
        var pages = office.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<PageActionDescriptor>() is not null).ToList();

        var missed = pages.Where(page => !looked.Any(address => Matches(page, address))).Select(page => page.RoutePattern.RawText);

        Assert.NotEmpty(pages);
        Assert.Empty(missed);
    }

    private static bool Matches(RouteEndpoint page, string address)
    {
        var parts = address.Trim('/').Split('/');
        return parts.Length == page.RoutePattern.PathSegments.Count && page.RoutePattern.PathSegments.Zip(parts)
            .All(pair => pair.First.Parts[0] is not Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal || literal.Content == pair.Second);
    }
}
