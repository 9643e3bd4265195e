using System.Net;
using System.Text.RegularExpressions;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Storage;
using Hutong.Gateway.Tests.Hosting;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.SigningIn;

/// <summary>With the real Identity-Link and two instances of the gateway, requests spread over both.</summary>
public sealed partial class RealProviderSpecs(RealProvider platform) : IClassFixture<RealProvider>
{
    [Fact]
    public async Task Who_signs_in_at_the_shop_with_weibo_is_known_at_the_social_site_as_the_same_person()
    {
        using var browser = Browser();

        var shop = await SignIn(browser, Shop, "/things");

        shop.Address.AbsoluteUri.ShouldBe(At(Shop, "/things"));
        var person = Guid.Parse(shop.InternalClaim("sub")!);
        shop.InternalClaim("aud").ShouldBe("commerce-card");
        shop.InternalClaim("iss").ShouldBe($"{platform.Gateway.Origin}/internal");
        var social = await browser.OpenAndFollow(At(Social, "/"));
        social.Address.AbsoluteUri.ShouldBe(At(Social, "/"));
        social.InternalClaim("sub").ShouldBe(person.ToString());
        social.InternalClaim("aud").ShouldBe("social-feed");
    }

    [Fact]
    public async Task Signing_out_of_one_site_signs_out_of_the_other_and_of_the_provider()
    {
        using var browser = Browser();
        await SignIn(browser, Shop);
        (await browser.OpenAndFollow(At(Social, "/"))).InternalClaim("sub").ShouldNotBeNull();

        var back = await browser.Follow(await browser.Post(At(Shop, "/signout")));

        back.Address.AbsoluteUri.ShouldBe(At(Shop, "/"));
        back.InternalClaim("sub").ShouldBeNull();
        await Eventually.Passes(async () => (await browser.Fetch(At(Social, "/"))).InternalClaim("sub").ShouldBeNull());
        (await browser.OpenAndFollow(At(Social, "/signin"))).Body.ShouldContain("/sign-in/weibo", customMessage: "the provider asks anew");
    }

    [Fact]
    public async Task The_session_speaks_for_the_person_to_a_real_service_on_every_host()
    {
        using var browser = Browser();
        await SignIn(browser, Shop);

        var me = await browser.Fetch(At(Shop, "/identity/me"));

        me.Status.ShouldBe(HttpStatusCode.OK, me.Body);
    }

    [Fact]
    public async Task An_opaque_access_token_on_the_public_host_speaks_for_the_person_to_a_real_service()
    {
        using var browser = Browser();
        await SignIn(browser, Social);
        (await browser.Fetch(At(Social, "/identity/me"))).Status.ShouldBe(HttpStatusCode.OK);
        var request = new HttpRequestMessage(HttpMethod.Get, $"{platform.Gateway.Origin}/identity/me");
        request.Headers.Authorization = new("Bearer", await AccessTokenOf(browser));
        using var partner = Browser();

        (await partner.Send(request)).Status.ShouldBe(HttpStatusCode.OK);
        (await partner.Fetch($"{platform.Gateway.Origin}/identity/me")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_renewed_access_token_goes_on_working_from_both_instances()
    {
        using var browser = Browser();
        var person = (await SignIn(browser, Social)).InternalClaim("sub");

        foreach (var path in (string[])["/feed/a", "/cards/a", "/attribution/a", "/feed/b", "/cards/b", "/attribution/b"])
            (await browser.Fetch(At(Social, path))).InternalClaim("sub").ShouldBe(person);
    }

    [Fact]
    public async Task The_providers_documents_speak_of_the_public_origin()
    {
        using var browser = Browser();

        var discovery = await browser.Fetch($"{platform.Gateway.Origin}/.well-known/openid-configuration");

        discovery.Body.ShouldContain($"\"issuer\":\"{platform.Gateway.Origin}\"");
        (await browser.Fetch($"{platform.Gateway.Origin}/jwks")).Body.ShouldContain("\"kty\":\"RSA\"");
    }

    private TestBrowser Browser()
    {
        var browser = platform.Browser();
        browser.Instance = connection => connection % 2;
        return browser;
    }

    private string At(string site, string path) => platform.Gateway.SiteOrigin(site) + path;

    /// <summary>As a person does: begin at the site, choose Weibo, agree there, and come back.</summary>
    private async Task<Answer> SignIn(TestBrowser browser, string site, string returnPath = "/")
    {
        var choice = await browser.SignIn(site, returnPath);
        var weibo = await browser.Post($"{platform.Gateway.Origin}/sign-in/weibo", Fields(choice, "/sign-in/weibo"));
        var agreed = await browser.Post(weibo.Location.ShouldNotBeNull(weibo.Body), ("person", "li-na"), ("decision", "authorize"));
        return await browser.Follow(agreed);
    }

    private async Task<string> AccessTokenOf(TestBrowser browser)
    {
        var hash = Secret.Hash(browser.CookiesOfSite(Social)["__Host-hutong"]);
        var tokens = await platform.Gateway.Database.One(
            "select tokens from session where id_hash = $1", row => row.GetFieldValue<byte[]>(0), TestContext.Current.CancellationToken, hash);
        return platform.Gateway.Services().GetRequiredService<TokenProtection>().Unprotect(hash, tokens!)!.AccessToken;
    }

    private static (string, string)[] Fields(Answer page, string action)
    {
        var form = Regex.Match(page.Body, $"""<form[^>]*action="{Regex.Escape(action)}"[^>]*>(.*?)</form>""", RegexOptions.Singleline);
        form.Success.ShouldBeTrue(page.Body);
        return [.. Hidden().Matches(form.Groups[1].Value).Select(m => (m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)))];
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)"\s*/?>""")]
    private static partial Regex Hidden();
}
