using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class CodeFlowSpecs(IdentityService identity, SimulatedPlatforms platforms)
{
    [Fact]
    public async Task A_site_signs_a_new_person_in_and_gets_their_claims()
    {
        using var browser = new TestBrowser(identity, platforms);
        using var site = new RelyingParty(identity, IdentityService.Site);

        var signIn = await browser.Follow(await browser.Get(site.AuthorizeAddress()));
        var back = await browser.SignIn(signIn, "li-na");

        back.Location!.ShouldStartWith(site.RedirectUri);
        back.LocationQuery["state"].ShouldBe("the-state");
        back.LocationQuery["iss"].ShouldBe(IdentityService.Origin);
        var (status, tokens) = await site.Redeem(back.LocationQuery["code"]);
        status.ShouldBe(HttpStatusCode.OK, tokens.ToJsonString());
        var id = await Validated(tokens["id_token"]!.GetValue<string>(), IdentityService.Site);
        id.GetClaim("nonce").Value.ShouldBe("the-nonce");
        var (_, claims) = await site.UserInfo(tokens["access_token"]!.GetValue<string>());
        claims["sub"]!.GetValue<string>().ShouldBe(id.Subject);
        claims["nickname"].ShouldNotBeNull();
    }

    [Fact]
    public async Task The_gateway_exchanges_an_access_token_for_an_internal_one_that_names_the_person()
    {
        using var browser = new TestBrowser(identity, platforms);
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var tokens = await SignIn(browser, site, "li-na");

        var (status, exchanged) = await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "identity-link");

        status.ShouldBe(HttpStatusCode.OK, exchanged.ToJsonString());
        exchanged["issued_token_type"]!.GetValue<string>().ShouldBe("urn:ietf:params:oauth:token-type:jwt");
        using var api = new HttpClient { BaseAddress = identity.Address };
        api.DefaultRequestHeaders.Authorization = new("Bearer", exchanged["access_token"]!.GetValue<string>());
        using var me = await api.GetAsync(new Uri("/identity/me", UriKind.Relative));
        me.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = JsonNode.Parse(await me.Content.ReadAsStringAsync())!;
        body["personId"]!.GetValue<string>().ShouldBe(new JsonWebToken(exchanged["access_token"]!.GetValue<string>()).Subject);
    }

    internal static async Task<JsonObject> SignIn(TestBrowser browser, RelyingParty site, string person, string platform = "weibo")
    {
        var signIn = await browser.Follow(await browser.Get(site.AuthorizeAddress()));
        var back = signIn.Location is null ? await browser.SignIn(signIn, person, platform) : signIn;
        var (status, tokens) = await site.Redeem(back.LocationQuery["code"]);
        status.ShouldBe(HttpStatusCode.OK, tokens.ToJsonString());
        return tokens;
    }

    private async Task<JsonWebToken> Validated(string token, string audience)
    {
        using var http = new HttpClient { BaseAddress = identity.Address };
        var keys = new JsonWebKeySet(await http.GetStringAsync(new Uri("/jwks", UriKind.Relative)));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = audience,
            ValidAlgorithms = ["RS256"],
            IssuerSigningKeys = keys.GetSigningKeys(),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        return (JsonWebToken)result.SecurityToken;
    }
}
