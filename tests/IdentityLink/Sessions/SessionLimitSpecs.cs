using System.Net;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Provider;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Sessions;

[Collection<OneService>]
public sealed class SessionLimitSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty site = new(identity, IdentityService.Site);

    public void Dispose()
    {
        browser.Dispose();
        site.Dispose();
    }

    [Fact]
    public async Task A_session_that_nobody_uses_ends_and_its_tokens_with_it_at_once()
    {
        var tokens = await site.SignIn(browser, "li-na");
        var sid = await identity.SidOf(browser);
        (await Left(sid)).ShouldBe(14, "days");

        await identity.Sql("update browser_session set expires_at = now() where sid = $1", sid);

        (await site.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await site.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Use_prolongs_a_session_and_is_written_down_seldom()
    {
        await browser.SignIn("li-na");
        var sid = await identity.SidOf(browser);
        await SetBack(sid, "10 days");
        (await Left(sid)).ShouldBe(4);

        await browser.Get("/account");
        (await Left(sid)).ShouldBe(14);

        await identity.Sql("update browser_session set last_used_at = now() - interval '4 minutes', expires_at = now() + interval '13 days' where sid = $1", sid);
        await browser.Get("/account");
        (await Left(sid)).ShouldBe(13, "it was written down four minutes ago");
    }

    [Fact]
    public async Task No_use_carries_a_session_beyond_its_absolute_limit_and_a_new_proof_does()
    {
        await browser.SignIn("li-na");
        var sid = await identity.SidOf(browser);
        await SetBack(sid, "10 days");
        await identity.Sql("update browser_session set authenticated_at = now() - interval '88 days' where sid = $1", sid);

        await browser.Get("/account");
        (await Left(sid)).ShouldBe(2);

        await browser.SignIn("li-na");
        (await identity.SidOf(browser)).ShouldBe(sid, "it is the same session");
        (await Left(sid)).ShouldBe(14);
    }

    [Fact]
    public async Task A_site_that_refreshes_uses_the_session_and_a_partner_that_goes_on_without_the_person_does_not()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var online = await site.SignIn(browser, "li-na");
        var offline = await partner.SignIn(browser, "li-na");
        var sid = await identity.SidOf(browser);
        await SetBack(sid, "10 days");

        (await partner.Refresh(offline.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK);
        (await Left(sid)).ShouldBe(4);

        (await site.Refresh(online.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK);
        (await Left(sid)).ShouldBe(14);
    }

    [Fact]
    public async Task The_page_tells_when_a_session_was_used_and_when_it_ends()
    {
        await browser.SignIn("li-na");
        var page = (await browser.Get("/account/sessions")).Text;
        page.ShouldContain("Last used");
        page.ShouldContain("Ends, if not used again");
        (await browser.Get("/account/sessions?ui_locales=zh-CN")).Text.ShouldContain("不再使用则结束于");
    }

    [Fact]
    public async Task Every_token_of_a_session_names_it()
    {
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        var sid = (await identity.SidOf(browser)).ToString();
        Sid(tokens["id_token"]!.GetValue<string>()).ShouldBe(sid);
        var (_, exchanged) = await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "social-feed");
        Sid(exchanged["access_token"]!.GetValue<string>()).ShouldBe(sid);
        var (_, refreshed) = await site.Refresh(tokens["refresh_token"]!.GetValue<string>());
        Sid(refreshed["id_token"]!.GetValue<string>()).ShouldBe(sid);
    }

    private static string Sid(string token) => new JsonWebToken(token).GetClaim("sid").Value;

    private Task SetBack(Guid sid, string interval) => identity.Sql(
        "update browser_session set last_used_at = last_used_at - $2::text::interval, expires_at = expires_at - $2::text::interval where sid = $1", sid, interval);

    /// <summary>How many days it has left.</summary>
    private Task<long> Left(Guid sid) =>
        identity.Count("select round(extract(epoch from expires_at - now()) / 86400)::bigint from browser_session where sid = $1", sid);
}
