using System.Text.Json;
using Hutong.Launcher.Deploying;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>axe-core (WCAG 2.2, levels A and AA) on a page that is shown.</summary>
internal static class Axe
{
    // By the debugger's door: the pages' own policies let no such script in.
    private const string Run = """
        async () => {
          const { passes, violations } = await axe.run(document, { resultTypes: ['violations'] });
          return JSON.stringify({
            kept: passes.length,
            broken: violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, help, nodes }) =>
              `${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`).join('; ')}`),
          });
        }
        """;

    /// <summary>Any page of ours has a title, a language, headings and links to judge: fewer rules kept means it was not looked at.</summary>
    private const int LeastKept = 10;

    private static readonly Lazy<string> Script = new(() =>
        File.ReadAllText(Layout.Find().At("tests/EndToEnd/node_modules/axe-core/axe.min.js")));

    /// <summary>What is seriously wrong with a page as it is now, each with where it is.</summary>
    public static async Task<IEnumerable<string>> Violations(Window window, string page)
    {
        await window.Page.WaitForLoadStateAsync();
        await window.Page.EvaluateAsync(Script.Value);
        var found = JsonSerializer.Deserialize<Findings>(await window.Page.EvaluateAsync<string>(Run), JsonSerializerOptions.Web)!;
        found.Kept.ShouldBeGreaterThanOrEqualTo(LeastKept, page);
        return found.Broken.Select(rule => $"{page}: {rule}");
    }

    private sealed record Findings(int Kept, IReadOnlyList<string> Broken);
}
