using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class MeSpecs(IdentityService identity, SimulatedPlatforms platforms)
{
    [Fact]
    public async Task The_api_tells_the_person_and_their_accounts_with_a_version()
    {
        using var browser = new TestBrowser(identity, platforms);
        using var site = new RelyingParty(identity, IdentityService.Site);
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "chen");
        using var api = await Api(tokens["access_token"]!.GetValue<string>());
        var me = new Uri("/identity/me", UriKind.Relative);

        using var answer = await api.GetAsync(me);

        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        body["personId"]!.GetValue<Guid>().ShouldBe(await identity.PersonOf(browser));
        var account = body["accounts"]!.AsArray().ShouldHaveSingleItem()!;
        account["platform"]!.GetValue<string>().ShouldBe("weibo");
        account["displayName"]!.GetValue<string>().ShouldNotBeNullOrEmpty();
        api.DefaultRequestHeaders.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await api.GetAsync(me);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_token_for_another_service_is_not_accepted_and_only_the_social_feed_is_told_the_name()
    {
        using var browser = new TestBrowser(identity, platforms);
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var access = (await CodeFlowSpecs.SignIn(browser, site, "chen"))["access_token"]!.GetValue<string>();
        using var api = new HttpClient { BaseAddress = identity.Address };

        foreach (var audience in (string[])["social-feed", "commerce-card", "attribution"])
        {
            var token = new JsonWebToken((await gateway.Exchange(access, audience)).Body["access_token"]!.GetValue<string>());
            token.Issuer.ShouldBe($"{IdentityService.Origin}/internal");
            (token.ValidTo - token.ValidFrom).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(60));
            token.TryGetClaim("nickname", out _).ShouldBe(audience == "social-feed");
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.EncodedToken);
            using var answer = await api.GetAsync(new Uri("/identity/me", UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    private async Task<HttpClient> Api(string accessToken)
    {
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var (_, exchanged) = await gateway.Exchange(accessToken, "identity-link");
        var api = new HttpClient { BaseAddress = identity.Address };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", exchanged["access_token"]!.GetValue<string>());
        return api;
    }
}
