using Hutong.EndToEnd.Tests.Fixtures;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>The pages by the rules of axe-core (WCAG 2.2, levels A and AA): nothing serious, in either language.</summary>
[Collection(nameof(Chromium))]
public sealed class AccessibilitySpecs(RunningSystem system, Chromium chromium)
{
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
        found.AddRange(await Axe.Violations(window, "product, signed out"));
        await window.Link(window.Words.SignIn).ClickAsync();
        found.AddRange(await Axe.Violations(window, "sign-in"));
        await window.Button(window.Words.WithWeibo).ClickAsync();
        found.AddRange(await Axe.Violations(window, "a simulated platform"));
        await window.Authorize("zhao");
        await window.Button(window.Words.Buy).WaitForAsync();
        await window.Page.Locator("hutong-card .price").WaitForAsync();
        found.AddRange(await Axe.Violations(window, "product"));
        await window.Button(window.Words.Buy).ClickAsync();
        found.AddRange(await Axe.Violations(window, "checkout"));
        await window.Go(system.Addresses.Social, "/latest");
        await window.Page.Locator("hutong-card .price").First.WaitForAsync();
        found.AddRange(await Axe.Violations(window, "social home"));
        await window.Go(system.Addresses.Shop);
        found.AddRange(await Axe.Violations(window, "shop home"));
        await window.Go(system.Addresses.Origin, "/account");
        found.AddRange(await Axe.Violations(window, "account"));
        await window.Go(system.Addresses.Origin, "/account/history");
        found.AddRange(await Axe.Violations(window, "history"));
        await window.Go(system.Addresses.Origin, "/account/sessions");
        found.AddRange(await Axe.Violations(window, "sessions and devices"));
        await window.Go(system.Addresses.Brand);
        found.AddRange(await Axe.Violations(window, "brand report"));
        await window.Go(system.Addresses.Partner);
        found.AddRange(await Axe.Violations(window, "partner app"));
        await window.Link(window.Words.PartnerSignIn).ClickAsync();
        await window.Button(window.Words.Allow).WaitForAsync();
        found.AddRange(await Axe.Violations(window, "consent"));
        await window.Go(system.Addresses.Partner, $"/embed-demo?product={offer.ProductId}");
        await window.Page.Locator("hutong-card .price").WaitForAsync();
        found.AddRange(await Axe.Violations(window, "embedding page"));
        found.ShouldBeEmpty();
    }
}
