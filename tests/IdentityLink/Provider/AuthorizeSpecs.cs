using System.Net;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class AuthorizeSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty site = new(identity, IdentityService.Site);

    public void Dispose()
    {
        browser.Dispose();
        site.Dispose();
    }

    [Fact]
    public async Task An_unregistered_redirect_gets_a_page_and_is_never_visited()
    {
        foreach (var redirect in (string?[])[null, "http://evil.example/", site.RedirectUri + "/", site.RedirectUri + "?a=b", site.RedirectUri.ToUpperInvariant()])
            (await browser.Get(site.AuthorizeAddress(("redirect_uri", redirect)))).ShouldBeRefused("unregistered_redirect");
        var twice = site.AuthorizeAddress() + "&redirect_uri=http%3A%2F%2Fevil.example";
        (await browser.Get(twice)).ShouldBeRefused("unregistered_redirect");
    }

    [Fact]
    public async Task An_unknown_client_gets_a_page()
    {
        (await browser.Get(site.AuthorizeAddress(("client_id", "nobody")))).ShouldBeRefused("unknown_client");
        (await browser.Get(site.AuthorizeAddress(("client_id", null)))).ShouldBeRefused("unknown_client");
        (await browser.Get(site.AuthorizeAddress() + "&client_id=hutong-shop")).ShouldBeRefused("unknown_client");
    }

    [Theory]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "unsupported_response_mode")]
    [InlineData("scope", null, "invalid_scope")]
    [InlineData("scope", "profile", "invalid_scope")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge", "too-short", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "dance", "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "urn:example", "request_uri_not_supported")]
    [InlineData("prompt", "none", "login_required")]
    public async Task A_faulty_request_is_answered_with_the_specifications_word(string parameter, string? value, string error)
    {
        var answer = await browser.Get(site.AuthorizeAddress((parameter, value)));

        answer.Location!.ShouldStartWith(site.RedirectUri);
        answer.LocationQuery["error"].ShouldBe(error);
        answer.LocationQuery["state"].ShouldBe("the-state");
        answer.LocationQuery["iss"].ShouldBe(IdentityService.Origin);
        answer.LocationQuery.ShouldNotContainKey("code");
    }

    [Fact]
    public async Task Parameters_given_twice_or_too_long_are_refused()
    {
        (await browser.Get(site.AuthorizeAddress() + "&scope=openid")).LocationQuery["error"].ShouldBe("invalid_request");
        (await browser.Get(site.AuthorizeAddress(("nonce", new string('n', 2049))))).LocationQuery["error"].ShouldBe("invalid_request");
        var state = await browser.Get(site.AuthorizeAddress(("state", new string('s', 2049))));
        state.LocationQuery["error"].ShouldBe("invalid_request");
        state.LocationQuery.ShouldNotContainKey("state");
        (await browser.Get(site.AuthorizeAddress(("nonce", "a\0b")))).LocationQuery["error"].ShouldBe("invalid_request");
    }

    [Fact]
    public async Task Unknown_parameters_are_ignored()
    {
        var answer = await browser.Get(site.AuthorizeAddress(("extra", "foobar"), ("display", "popup"), ("acr_values", "1 2"), ("claims_locales", "se")));
        answer.Location!.ShouldStartWith("/sign-in?request=");
    }

    [Fact]
    public async Task A_public_client_must_send_a_challenge_and_a_confidential_one_need_not()
    {
        using var phone = new RelyingParty(identity, IdentityService.PublicClient, isPublic: true);
        var without = ("code_challenge", (string?)null);
        var method = ("code_challenge_method", (string?)null);

        (await browser.Get(phone.AuthorizeAddress(without, method))).LocationQuery["error"].ShouldBe("invalid_request");
        (await browser.Get(site.AuthorizeAddress(without, method))).Location!.ShouldStartWith("/sign-in?request=");
    }

    [Fact]
    public async Task A_request_may_come_as_a_form_from_another_site()
    {
        var answer = await browser.Post("/authorize",
            ("client_id", site.ClientId), ("redirect_uri", site.RedirectUri), ("response_type", "code"), ("scope", "openid"), ("state", "s"));
        answer.Status.ShouldBe(HttpStatusCode.SeeOther);
        (await browser.Follow(answer)).Body.ShouldContain("/sign-in/weibo");
        (await browser.Post("/authorize", ("client_id", site.ClientId), ("state", new string('s', 9000)))).ShouldBeRefused("malformed_request");
        (await browser.Post("/end_session", ("state", new string('s', 9000)))).ShouldBeRefused("malformed_request");
    }

    [Fact]
    public async Task Who_is_signed_in_needs_no_page_for_a_second_site()
    {
        using var shop = new RelyingParty(identity, IdentityService.OtherSite);
        await CodeFlowSpecs.SignIn(browser, site, "li-na");

        var silent = await browser.Get(shop.AuthorizeAddress(("prompt", "none")));

        (await shop.Redeem(silent.LocationQuery["code"])).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Prompt_login_asks_again_and_then_answers_with_a_newer_sign_in()
    {
        await CodeFlowSpecs.SignIn(browser, site, "li-na");
        await identity.Sql("update browser_session set authenticated_at = authenticated_at - interval '1 minute' where sid = $1", await identity.SidOf(browser));

        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress(("prompt", "login"))));

        page.Location.ShouldBeNull();
        (await browser.SignIn(page, "li-na")).LocationQuery.ShouldContainKey("code");
    }

    [Fact]
    public async Task Max_age_asks_again_only_after_that_long()
    {
        await CodeFlowSpecs.SignIn(browser, site, "li-na");
        await identity.Sql("update browser_session set authenticated_at = authenticated_at - interval '1 minute' where sid = $1", await identity.SidOf(browser));

        (await browser.Get(site.AuthorizeAddress(("max_age", "10000")))).LocationQuery.ShouldContainKey("code");
        (await browser.Get(site.AuthorizeAddress(("max_age", "30")))).Location!.ShouldStartWith("/sign-in");
        (await browser.Get(site.AuthorizeAddress(("max_age", "30"), ("prompt", "none")))).LocationQuery["error"].ShouldBe("login_required");
    }

    [Fact]
    public async Task A_hint_of_who_is_signed_in_passes_and_one_of_somebody_else_does_not()
    {
        var liNa = (await CodeFlowSpecs.SignIn(browser, site, "li-na"))["id_token"]!.GetValue<string>();
        (await browser.Get(site.AuthorizeAddress(("prompt", "none"), ("id_token_hint", liNa)))).LocationQuery.ShouldContainKey("code");

        using var another = new TestBrowser(identity, platforms);
        await CodeFlowSpecs.SignIn(another, site, "wang");
        (await another.Get(site.AuthorizeAddress(("prompt", "none"), ("id_token_hint", liNa)))).LocationQuery["error"].ShouldBe("login_required");
        (await another.Get(site.AuthorizeAddress(("id_token_hint", liNa)))).Location!.ShouldStartWith("/sign-in");
    }

    [Fact]
    public async Task A_waiting_request_that_is_unknown_or_over_gets_a_page()
    {
        (await browser.Get("/authorize/resume?request=nothing")).ShouldBeRefused("request_over");
        (await browser.Get("/authorize/resume")).ShouldBeRefused("request_over");
        (await browser.Get("/authorize/resume?request=%00")).ShouldBeRefused("request_over");
        (await browser.Get("/sign-in?request=nothing")).ShouldBeRefused("request_over");
        (await browser.Get("/consent?request=nothing")).ShouldBeRefused("request_over");
        var waiting = (await browser.Get(site.AuthorizeAddress())).Location!;
        await identity.Sql("update authorize_request set expires_at = now()");
        (await browser.Get(waiting)).ShouldBeRefused("request_over");
    }

    [Fact]
    public async Task A_caller_that_asks_for_no_page_gets_problem_details()
    {
        using var http = new HttpClient { BaseAddress = identity.Address };
        using var answer = await http.GetAsync(new Uri(site.AuthorizeAddress(("redirect_uri", "http://evil.example/")), UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"code\":\"unregistered_redirect\"");
    }
}
