using System.Net;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class ClaimsRequestSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty partner = new(identity, IdentityService.Partner);

    public void Dispose()
    {
        browser.Dispose();
        partner.Dispose();
    }

    [Fact]
    public async Task A_claim_that_is_asked_for_by_itself_is_agreed_to_and_told_where_it_was_asked_for()
    {
        foreach (var (claims, inIdToken) in ((string, bool)[])
            [("""{"userinfo":{"nickname":{"essential":true},"picture":null}}""", false), ("""{"id_token":{"nickname":null}}""", true)])
        {
            await browser.SignIn("li-na");
            var page = await browser.Follow(await browser.Get(
                partner.AuthorizeAddress(("scope", "openid"), ("claims", claims), ("prompt", "consent"))));
            page.Body.ShouldContain("See your nickname.");
            var (status, tokens) = await partner.Redeem((await browser.Submit(page, "/consent", ("decision", "allow"))).LocationQuery["code"]);

            status.ShouldBe(HttpStatusCode.OK);
            new JsonWebToken(tokens["id_token"]!.GetValue<string>()).TryGetPayloadValue<string>("nickname", out var told).ShouldBe(inIdToken);
            var (_, userInfo) = await partner.UserInfo(tokens["access_token"]!.GetValue<string>());
            (told ?? userInfo["nickname"]!.GetValue<string>()).ShouldBe(userInfo["nickname"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task An_expected_person_is_the_one_or_there_is_no_answer()
    {
        var tokens = await partner.SignIn(browser, "li-na");
        string Of(string subject) => partner.AuthorizeAddress(("prompt", "none"), ("claims", "{\"id_token\":{\"sub\":{\"value\":\"" + subject + "\"}}}"));
        (await browser.Get(Of(tokens.Subject))).LocationQuery.ShouldContainKey("code");
        (await browser.Get(Of("somebody-else"))).LocationQuery["error"].ShouldBe("login_required");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"id_token\":[]}")]
    [InlineData("{\"userinfo\":{\"nickname\":true}}")]
    [InlineData("{\"userinfo\":{\"nickname\":{\"essential\":\"yes\"}}}")]
    [InlineData("{\"id_token\":{\"acr\":{\"values\":\"phr\"}}}")]
    [InlineData("{\"id_token\":{},\"id_token\":{}}")]
    [InlineData("{\"id_token\":{\"sub\":{\"value\":\"a\"}},\"userinfo\":{\"sub\":{\"value\":\"b\"}}}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":1}}}}}}}}}")]
    public async Task Malformed_claims_are_refused(string claims) =>
        (await browser.Get(partner.AuthorizeAddress(("claims", claims)))).LocationQuery["error"].ShouldBe("invalid_request");

    [Fact]
    public async Task Claims_without_end_are_refused_and_unknown_ones_left_out()
    {
        var many = $"{{\"userinfo\":{{{string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"claim-{i}\":null"))}}}}}";
        (await browser.Get(partner.AuthorizeAddress(("claims", many)))).LocationQuery["error"].ShouldBe("invalid_request");
        var unknown = """{"userinfo":{"http://example.info/claims/groups":null,"email":{"essential":true}},"other":1}""";
        (await browser.Get(partner.AuthorizeAddress(("claims", unknown)))).Location!.ShouldStartWith("/sign-in?request=");
    }
}
