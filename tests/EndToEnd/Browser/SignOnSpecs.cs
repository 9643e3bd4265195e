using Hutong.EndToEnd.Tests.Fixtures;
using Hutong.Testing;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>Signing in and out of the sites, in a real browser.</summary>
[Collection(nameof(Chromium))]
public sealed class SignOnSpecs(RunningSystem system, Chromium chromium)
{
    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task Whoever_signs_in_at_the_shop_is_signed_in_on_the_social_site_and_signing_out_of_one_signs_out_of_both(string language)
    {
        var (shop, social) = (system.Addresses.Shop, system.Addresses.Social);
        await using var window = await chromium.Open(language);
        await window.SignIn(shop, "li-na");
        (await window.Page.Locator("html").GetAttributeAsync("lang")).ShouldBe(language);
        window.Address.ShouldBe(shop);
        (await window.IsSignedIn()).ShouldBeTrue();

        var asked = window.Visited.Count;
        await window.Go(social);
        (await window.IsSignedIn()).ShouldBeTrue("the social site is to know who signed in at the shop");
        window.Visited.Skip(asked).ShouldBe([social], "and to ask nothing");

        await window.Button(window.Words.SignOut).ClickAsync();
        await window.Link(window.Words.SignIn).WaitForAsync();
        window.Address.Authority.ShouldBe(social.Authority);
        // The shop hears of it from the provider a moment later.
        await Eventually.True(async () =>
        {
            await window.Go(shop);
            return !await window.IsSignedIn();
        }, because: "signing out of the social site signs out of the shop");
        await window.Go(social);
        await window.Page.ReloadAsync();
        (await window.IsSignedIn()).ShouldBeFalse("signed out, and not signed in again behind one's back");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signing_out_at_the_shop_signs_out_of_the_social_site_too()
    {
        var (shop, social) = (system.Addresses.Shop, system.Addresses.Social);
        await using var window = await chromium.Open();
        await window.SignIn(social, "wang");
        await window.Go(shop);
        await window.Button(window.Words.SignOut).ClickAsync();
        await window.Link(window.Words.SignIn).WaitForAsync();
        window.Address.Authority.ShouldBe(shop.Authority);
        await Eventually.True(async () =>
        {
            await window.Go(social);
            return !await window.IsSignedIn();
        }, because: "signing out of the shop signs out of the social site");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signing_out_at_a_partner_app_signs_out_of_the_sites_too()
    {
        var (shop, partner) = (system.Addresses.Shop, system.Addresses.Partner);
        await using var window = await chromium.Open();
        await window.SignIn(shop, "wang");
        await window.Go(partner);
        await window.Link(window.Words.PartnerSignIn).ClickAsync();
        await window.Button(window.Words.Allow).Or(window.Button(window.Words.SignOut)).WaitForAsync();
        if (window.Address.Authority != partner.Authority)
            await window.Button(window.Words.Allow).ClickAsync();
        await window.Button(window.Words.SignOut).ClickAsync();
        await window.Page.WaitForURLAsync(new Uri(partner, "/signed-out**").ToString());
        await Eventually.True(async () =>
        {
            await window.Go(shop);
            return !await window.IsSignedIn();
        }, because: "signing out of the partner app signs out of the shop");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_person_links_a_second_account_and_either_leads_to_them()
    {
        var account = new Uri(system.Addresses.Origin, "/account");
        await using var window = await chromium.Open();
        await window.SignIn(system.Addresses.Shop, "zoe");
        await window.Page.GotoAsync(account.AbsoluteUri);
        await window.Button("Link Taobao").ClickAsync();
        await window.Authorize("zoe");
        await window.Button("Link it").ClickAsync();
        await window.Page.GetByRole(AriaRole.Status).GetByText("Your Taobao account is linked.").WaitForAsync();

        await using var other = await chromium.Open();
        await other.Go(system.Addresses.Social);
        await other.Link(other.Words.SignIn).ClickAsync();
        await other.Button(other.Words.WithTaobao).ClickAsync();
        await other.Authorize("zoe");
        await other.Button(other.Words.SignOut).WaitForAsync();
        await other.Page.GotoAsync(account.AbsoluteUri);
        (await other.Page.Locator("li[data-platform]").EvaluateAllAsync<string[]>("items => items.map(item => item.dataset.platform)"))
            .ShouldBe(["weibo", "taobao"]);
        window.Complaints.ShouldBeEmpty();
        other.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_session_is_in_a_cookie_that_only_the_shops_own_host_and_no_script_can_read()
    {
        var shop = system.Addresses.Shop;
        await using var window = await chromium.Open();
        await window.SignIn(shop, "li-na");

        var cookies = await window.CookiesFor(shop);
        var session = cookies.Single(cookie => cookie.Name == "__Host-hutong");
        session.HttpOnly.ShouldBeTrue();
        session.Secure.ShouldBeTrue();
        session.SameSite.ShouldBe(SameSiteAttribute.Lax);
        session.Domain.ShouldBe(shop.Host);
        session.Path.ShouldBe("/");
        cookies.Where(cookie => cookie.Name.StartsWith("__Host-", StringComparison.Ordinal)).ShouldAllBe(cookie => cookie.HttpOnly && cookie.Secure);
        (await window.Page.EvaluateAsync<string>("document.cookie")).ShouldNotContain("__Host-");
        (await window.CookiesFor(system.Addresses.Social)).ShouldNotContain(cookie => cookie.Value == session.Value);
    }
}
