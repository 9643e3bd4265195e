using Hutong.EndToEnd.Tests.Fixtures;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>The sites in a browser that runs no script: links and forms do everything.</summary>
[Collection(nameof(Chromium))]
public sealed class NoScriptSpecs(RunningSystem system, Chromium chromium)
{
    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task Signing_in_posting_reposting_and_buying_work_without_script(string language)
    {
        await using var chen = await chromium.Open();
        await chen.SignIn(system.Addresses.Social, "chen");
        var offer = await chen.List(system);
        var link = new Uri(system.Addresses.Shop, $"/products/{offer.ProductId}");

        await using var liNa = await chromium.Open(language, script: false);
        await liNa.SignIn(system.Addresses.Social, "li-na");
        await liNa.Publish($"好物 {link}");
        var post = liNa.Address;

        await using var wang = await chromium.Open(language, script: false);
        await wang.SignIn(system.Addresses.Social, "wang");
        await wang.Repost(post);
        await wang.Link(wang.Words.SeeProduct).ClickAsync();
        wang.Address.GetLeftPart(UriPartial.Path).ShouldBe(link.AbsoluteUri, "without script the card is a link to the product");
        wang.Address.Query.ShouldContain("via=");
        (await wang.IsSignedIn()).ShouldBeTrue();

        await wang.Button(wang.Words.Buy).ClickAsync();
        await wang.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = wang.Words.Pay }).ClickAsync();
        await wang.Page.GetByText(wang.Words.Paid).WaitForAsync();
        liNa.Complaints.ShouldBeEmpty();
        wang.Complaints.ShouldBeEmpty();
    }
}
