using System.Net;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

public sealed class TwoInstancesSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    [Fact]
    public async Task Refreshes_of_one_token_at_two_instances_at_once_yield_one_successor_and_a_code_gives_tokens_once()
    {
        await using var identity = new IdentityService(servers, platforms);
        await identity.Start(new Dictionary<string, string?>(), count: 2);
        var turn = 0;
        Uri Next() => identity.Instance(Interlocked.Increment(ref turn) % 2);
        using var browser = new TestBrowser(Next, platforms.Port);
        using var site = new RelyingParty(Next, IdentityService.Site);
        var token = (await CodeFlowSpecs.SignIn(browser, site, "li-na"))["refresh_token"]!.GetValue<string>();
        for (var round = 0; round < 5; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.Refresh(token)));
            answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
            token = answers.Select(answer => answer.Body["refresh_token"]!.GetValue<string>()).Distinct().ShouldHaveSingleItem();
        }
        (await identity.Count("select count(*) from refresh_token where rotated_at is null")).ShouldBe(1);

        for (var round = 0; round < 5; round++)
        {
            var code = (await browser.Get(site.AuthorizeAddress(("prompt", "none")))).LocationQuery["code"];
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.Redeem(code)));
            var tokens = answers.Where(answer => answer.Status == HttpStatusCode.OK).ShouldHaveSingleItem().Body;
            (await site.UserInfo(tokens["access_token"]!.GetValue<string>())).ShouldBeError("invalid_token", HttpStatusCode.Unauthorized);
        }
    }

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
