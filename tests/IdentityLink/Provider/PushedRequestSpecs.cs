using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class PushedRequestSpecs(IdentityService identity, Servers servers, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty site = new(identity, IdentityService.Site);

    public void Dispose()
    {
        browser.Dispose();
        site.Dispose();
    }

    [Fact]
    public async Task A_pushed_request_leads_to_a_code_like_any_other()
    {
        var (status, answer) = await Push();
        status.ShouldBe(HttpStatusCode.Created);
        answer["expires_in"]!.GetValue<int>().ShouldBeInRange(60, 90);

        var page = await browser.Follow(await browser.Get(Address(answer)));
        var back = await browser.SignIn(page, "li-na");

        back.Location!.ShouldStartWith(site.RedirectUri);
        back.LocationQuery["state"].ShouldBe("the-state");
        (await site.Redeem(back.LocationQuery["code"])).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_name_is_good_once_for_its_client_and_for_a_short_time()
    {
        var (_, answer) = await Push();
        (await browser.Get(Address(answer, IdentityService.OtherSite))).ShouldBeRefused("request_over");
        (await browser.Get(Address(answer))).Location!.ShouldStartWith("/sign-in?request=");
        (await browser.Get(Address(answer))).ShouldBeRefused("request_over");
        (await browser.Get(Address(new JsonObject { ["request_uri"] = "urn:ietf:params:oauth:request_uri:made-up" }))).ShouldBeRefused("request_over");
        var (_, late) = await Push();
        await identity.Sql("update pushed_request set expires_at = now()");
        (await browser.Get(Address(late))).ShouldBeRefused("request_over");
        (await identity.Find(late["request_uri"]!.GetValue<string>())).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_browser_adds_to_the_name_changes_nothing()
    {
        var (_, answer) = await Push();
        await browser.SignIn("li-na");
        var back = await browser.Get(Address(answer) + "&redirect_uri=http%3A%2F%2Fevil.example&state=other&scope=openid&prompt=none");
        back.Location!.ShouldStartWith(site.RedirectUri);
        back.LocationQuery["state"].ShouldBe("the-state");
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("scope", "profile", "invalid_scope")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("redirect_uri", "http://evil.example/", "invalid_request")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("prompt", "dance", "invalid_request")]
    public async Task What_is_wrong_with_a_request_is_told_when_it_is_pushed(string parameter, string? value, string error) =>
        (await Push((parameter, value))).ShouldBeError(error);

    [Fact]
    public async Task Only_the_client_itself_pushes_its_requests()
    {
        using var unproven = new FormUrlEncodedContent([new("client_id", site.ClientId)]);
        (await site.Post("/par", unproven, secret: null))
            .ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        using var jwt = new RelyingParty(identity, IdentityService.JwtPartner);
        var assertion = PartnerKeys.Assertion(null, ("aud", IdentityService.Origin + "/par"));
        using var form = new FormUrlEncodedContent(jwt.Request(PartnerKeys.Proof(assertion)));
        (await jwt.Post("/par", form, secret: null)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_client_that_must_push_its_requests_gets_nowhere_without_and_of_two_instances_one_takes_it()
    {
        await using var two = new IdentityService(servers, platforms);
        await two.Start(new Dictionary<string, string?> { [$"Provider:Clients:{IdentityService.Site}:RequiresPushedRequests"] = "true" }, count: 2);
        var turn = 0;
        Uri Next() => two.Instance(Interlocked.Increment(ref turn) % 2);
        using var person = new TestBrowser(Next, platforms.Port);
        (await person.Get(site.AuthorizeAddress())).LocationQuery["error"].ShouldBe("invalid_request");
        using var client = new RelyingParty(Next, IdentityService.Site);
        for (var round = 0; round < 4; round++)
        {
            var (_, answer) = await client.Post("/par", [.. client.Request().Select(p => (p.Key, (string?)p.Value))]);
            var pages = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => person.Get(Address(answer))));
            pages.Count(page => page.Location?.StartsWith("/sign-in", StringComparison.Ordinal) == true).ShouldBe(1);
        }
    }

    private Task<(HttpStatusCode Status, JsonObject Body)> Push(params (string Name, string? Value)[] changes) =>
        site.Post("/par", [.. site.Request(changes).Select(parameter => (parameter.Key, (string?)parameter.Value))]);

    private string Address(JsonObject answer, string? client = null) =>
        $"/authorize?client_id={client ?? site.ClientId}&request_uri={Uri.EscapeDataString(answer["request_uri"]!.GetValue<string>())}";
}
