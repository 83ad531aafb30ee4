using System.Text.Json;
using Microsoft.Playwright;

namespace Absensi.BrowserTests;

/// <summary>Deque's axe-core: what keeps a page from being read, understood or worked by everyone.</summary>
public static class Axe
{
    private static readonly string Source = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));

    // All rules but the experimental ones and those of level AAA.
    private const string Run =
        """
        async () => {
          const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
          const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
          return JSON.stringify(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`)));
        }
        """;

    public static async Task<string[]> BarriersAsync(IPage page)
    {
        await page.EvaluateAsync(Source);
        return JsonSerializer.Deserialize<string[]>(await page.EvaluateAsync<string>(Run))!;
    }
}
