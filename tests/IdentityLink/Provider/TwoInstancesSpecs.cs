using System.Net;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

public sealed class TwoInstancesSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    [Fact]
    public async Task Requests_may_go_to_either_instance_from_the_first_on()
    {
        await using var identity = new IdentityService(servers, platforms);
        await identity.Start(new Dictionary<string, string?>(), count: 2);
        var turn = 0;
        Uri Next() => identity.Instance(Interlocked.Increment(ref turn) % 2);

        // Both make their first keys at once: one of each kind must come of it.
        using var http = new HttpClient();
        var keys = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => http.GetStringAsync(new Uri(Next(), "/jwks"))));
        keys.Distinct().ShouldHaveSingleItem();
        (await identity.Count("select count(*) from signing_key")).ShouldBe(4);

        using var browser = new TestBrowser(Next, platforms.Port);
        using var site = new RelyingParty(Next, IdentityService.Site);
        using var shop = new RelyingParty(Next, IdentityService.OtherSite);
        using var gateway = new RelyingParty(Next, IdentityService.Gateway);
        for (var round = 0; round < 4; round++)
        {
            var tokens = await CodeFlowSpecs.SignIn(browser, site, "li-na");
            (await browser.Follow(await browser.Link("li-na", "taobao"))).Body.ShouldContain("data-platform=\"taobao\"");
            await CodeFlowSpecs.SignIn(browser, shop, "li-na");
            (await site.Refresh(tokens["refresh_token"]!.GetValue<string>())).Status.ShouldBe(HttpStatusCode.OK);
            (await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "social-feed")).Status.ShouldBe(HttpStatusCode.OK);
            await browser.Get($"/end_session?id_token_hint={tokens["id_token"]!.GetValue<string>()}");
            (await browser.Get(shop.AuthorizeAddress(("prompt", "none")))).LocationQuery["error"].ShouldBe("login_required");
            // An odd number of requests, so that the next round meets the instances the other way round.
            Next();
        }
    }
}
