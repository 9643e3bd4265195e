using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Pages;

[Collection<OneService>]
public sealed partial class PageSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);

    public void Dispose() => browser.Dispose();

    [Fact]
    public async Task A_page_speaks_the_language_asked_for()
    {
        (await browser.Get("/sign-in")).Body.ShouldContain("Sign in with Weibo");
        var chinese = await browser.Get("/sign-in?ui_locales=zh-CN");
        chinese.Body.ShouldContain("lang=\"zh-CN\"");
        chinese.Text.ShouldContain("用微博登录");

        using var site = new RelyingParty(identity, IdentityService.Site);
        (await browser.Follow(await browser.Get(site.AuthorizeAddress(("ui_locales", "zh en"))))).Text.ShouldContain("用微博登录");
    }

    [Fact]
    public async Task The_language_switch_leads_back_and_outweighs_what_the_client_asked_for()
    {
        using var partner = new RelyingParty(identity, IdentityService.OtherPartner);
        var page = await browser.Follow(await browser.Get(partner.AuthorizeAddress(("ui_locales", "zh"))));
        page.Text.ShouldContain("用微博登录");

        var (to, back) = (page.Fields("/language")[0].Value, page.Fields("/language")[1].Value);
        var switched = await browser.Follow(await browser.Get($"/language?to={to}&return={Uri.EscapeDataString(back)}"));

        switched.Body.ShouldContain("Sign in with Weibo");
        (await browser.Follow(await browser.SignIn(switched, "wang"))).Body.ShouldContain("Allow other-partner?");
    }

    [Fact]
    public async Task A_sites_own_side_comes_first_and_the_others_under_more_ways()
    {
        using var social = new RelyingParty(identity, IdentityService.Site);
        using var shop = new RelyingParty(identity, IdentityService.OtherSite);

        Order(await browser.Follow(await browser.Get(social.AuthorizeAddress()))).ShouldBe(["/sign-in/weibo", "<details class", "/sign-in/taobao"]);
        Order(await browser.Follow(await browser.Get(shop.AuthorizeAddress()))).ShouldBe(["/sign-in/taobao", "<details class", "/sign-in/weibo"]);
    }

    [Fact]
    public async Task Pages_have_headers_that_leave_nothing_to_others_and_no_script_within()
    {
        await browser.SignIn("li-na");
        foreach (var address in (string[])["/sign-in", "/account", "/account/sessions", "/account/history", "/end_session", "/consent?request=x"])
        {
            var page = await browser.Get(address);
            var policy = page.Headers["Content-Security-Policy"];
            policy.ShouldContain("default-src 'none'");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe");
            page.Headers["Cache-Control"].ShouldContain("no-store");
            page.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
            InlineScripts().IsMatch(page.Body).ShouldBeFalse(address);
            page.Body.ShouldNotContain("style=");
            Headings().Count(page.Body).ShouldBe(1, address);
            page.Body.ShouldContain("<html lang=");
        }
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_of_other_hosts()
    {
        var cookie = (await browser.Get("/sign-in")).Headers["Set-Cookie"];
        cookie.ShouldStartWith("__Host-");
        foreach (var attribute in (string[])["secure", "httponly", "samesite=lax", "path=/"])
            cookie.ShouldContain(attribute, Case.Insensitive);
        cookie.ShouldNotContain("domain", Case.Insensitive);
    }

    [Fact]
    public async Task A_name_from_a_platform_is_text_and_nothing_else()
    {
        await browser.SignIn("li-na");
        await identity.Sql("update linked_account set display_name = '<img src=x onerror=alert(1)>' where person_id = $1", await identity.PersonOf(browser));
        (await browser.Get("/account")).Body.ShouldContain("&lt;img src=x onerror=alert(1)&gt;");
    }

    private static string[] Order(TestBrowser.Answer page) => [.. Landmarks().Matches(page.Body).Select(m => m.Value)];

    [GeneratedRegex("/sign-in/(weibo|taobao)|<details class")]
    private static partial Regex Landmarks();

    [GeneratedRegex("""<script(?! src="/assets/passkeys\.[0-9a-f]{12}\.js" defer></script>)""")]
    private static partial Regex InlineScripts();

    [GeneratedRegex("<h1>")]
    private static partial Regex Headings();
}
