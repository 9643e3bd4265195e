using System.Text.Json;
using Hutong.EndToEnd.Tests.Fixtures;
using Hutong.Launcher.Deploying;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>The pages by the rules of axe-core (WCAG 2.2, levels A and AA): nothing serious, in either language.</summary>
[Collection(nameof(Chromium))]
public sealed class AccessibilitySpecs(RunningSystem system, Chromium chromium)
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

    private static readonly Lazy<string> Axe = new(() =>
        File.ReadAllText(Layout.Find().At("tests/EndToEnd/node_modules/axe-core/axe.min.js")));

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task The_main_pages_break_no_serious_rule(string language)
    {
        await using var chen = await chromium.Open();
        await chen.SignIn(system.Addresses.Social, "chen");
        var (offer, _) = await chen.Post(system);

        await using var window = await chromium.Open(language);
        var found = new List<string>();
        await window.Go(system.Addresses.Shop, $"/products/{offer.ProductId}");
        await window.Page.Locator("hutong-card .price").WaitForAsync();
        found.AddRange(await Violations(window, "product, signed out"));
        await window.Link(window.Words.SignIn).ClickAsync();
        found.AddRange(await Violations(window, "sign-in"));
        await window.Button(window.Words.WithWeibo).ClickAsync();
        found.AddRange(await Violations(window, "a simulated platform"));
        await window.Authorize("zhao");
        await window.Button(window.Words.Buy).WaitForAsync();
        await window.Page.Locator("hutong-card .price").WaitForAsync();
        found.AddRange(await Violations(window, "product"));
        await window.Button(window.Words.Buy).ClickAsync();
        found.AddRange(await Violations(window, "checkout"));
        await window.Go(system.Addresses.Social, "/latest");
        await window.Page.Locator("hutong-card .price").First.WaitForAsync();
        found.AddRange(await Violations(window, "social home"));
        await window.Go(system.Addresses.Shop);
        found.AddRange(await Violations(window, "shop home"));
        await window.Go(system.Addresses.Origin, "/account");
        found.AddRange(await Violations(window, "account"));
        await window.Go(system.Addresses.Brand);
        found.AddRange(await Violations(window, "brand report"));
        await window.Go(system.Addresses.Partner);
        found.AddRange(await Violations(window, "partner app"));
        await window.Link(window.Words.PartnerSignIn).ClickAsync();
        await window.Button(window.Words.Allow).WaitForAsync();
        found.AddRange(await Violations(window, "consent"));
        await window.Go(system.Addresses.Partner, $"/embed-demo?product={offer.ProductId}");
        await window.Page.Locator("hutong-card .price").WaitForAsync();
        found.AddRange(await Violations(window, "embedding page"));
        found.ShouldBeEmpty();
    }

    private static async Task<IEnumerable<string>> Violations(Window window, string page)
    {
        await window.Page.WaitForLoadStateAsync();
        await window.Page.EvaluateAsync(Axe.Value);
        var found = JsonSerializer.Deserialize<Findings>(await window.Page.EvaluateAsync<string>(Run), JsonSerializerOptions.Web)!;
        found.Kept.ShouldBeGreaterThanOrEqualTo(LeastKept, page);
        return found.Broken.Select(rule => $"{page}: {rule}");
    }

    private sealed record Findings(int Kept, IReadOnlyList<string> Broken);
}
