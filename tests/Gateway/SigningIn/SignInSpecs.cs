using System.Net;
using Hutong.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.SigningIn;

[Collection(typeof(OnSharedPlatform))]
public sealed class SignInSpecs(SharedPlatform shared)
{
    private readonly Platform platform = shared.Platform;

    [Fact]
    public async Task Asks_the_provider_as_the_site_with_state_nonce_and_pkce()
    {
        using var browser = platform.Browser();

        var answer = await browser.Open(platform.At(Shop, "/signin?return=/cart"));

        answer.Status.ShouldBe(HttpStatusCode.Redirect);
        answer.Location.ShouldStartWith($"{platform.Gateway.Origin}/authorize?");
        answer.LocationParameter("client_id").ShouldBe("hutong-shop");
        answer.LocationParameter("redirect_uri").ShouldBe(platform.At(Shop, "/signin-oidc"));
        answer.LocationParameter("response_type").ShouldBe("code");
        answer.LocationParameter("code_challenge_method").ShouldBe("S256");
        answer.LocationParameter("code_challenge")!.Length.ShouldBe(43);
        answer.LocationParameter("nonce")!.Length.ShouldBe(43);
        answer.LocationParameter("state")!.Length.ShouldBe(43);
        answer.LocationParameter("prompt").ShouldBeNull();
    }

    [Fact]
    public async Task A_signed_in_person_returns_to_the_page_they_came_from_and_the_service_knows_them()
    {
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(person);

        var page = await browser.SignIn(Shop, "/things?colour=red");

        page.Address.AbsoluteUri.ShouldBe(platform.At(Shop, "/things?colour=red"));
        page.Header("X-Service").ShouldBe("commerce-card");
        page.InternalClaim("sub").ShouldBe(person);
        page.InternalClaim("aud").ShouldBe("commerce-card");
    }

    [Fact]
    public async Task The_session_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var callback = await AnsweredSignIn(browser, Social);

        var answer = await browser.Open(callback);

        var cookie = answer.Headers["Set-Cookie"].Single();
        cookie.ShouldStartWith("__Host-hutong=");
        var attributes = cookie.ToLowerInvariant().Split("; ").Skip(1).ToArray();
        attributes.ShouldBe(["max-age=1209600", "path=/", "secure", "samesite=lax", "httponly"], ignoreOrder: true);
    }

    [Fact]
    public async Task Signing_in_again_gives_a_new_session_and_the_old_id_is_worth_nothing()
    {
        using var browser = await platform.SignedIn();
        var before = browser.CookiesOfSite(Social)["__Host-hutong"];

        await browser.SignIn(Social);

        browser.CookiesOfSite(Social)["__Host-hutong"].ShouldNotBe(before);
        using var thief = platform.Browser();
        thief.CookiesOfSite(Social)["__Host-hutong"] = before;
        (await thief.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();
    }

    [Fact]
    public async Task A_session_id_planted_before_the_sign_in_is_not_the_one_after_it()
    {
        using var browser = platform.Browser();
        browser.CookiesOfSite(Social)["__Host-hutong"] = "planted";
        browser.IsKnownToProviderAs(Platform.NewPerson());

        await browser.SignIn(Social);

        browser.CookiesOfSite(Social)["__Host-hutong"].ShouldNotBe("planted");
    }

    [Fact]
    public async Task A_session_of_one_site_is_none_of_another()
    {
        using var browser = await platform.SignedIn(Social);
        using var other = platform.Browser();
        other.CookiesOfSite(Shop)["__Host-hutong"] = browser.CookiesOfSite(Social)["__Host-hutong"];

        (await other.Fetch(platform.At(Shop))).InternalClaim("sub").ShouldBeNull();
    }

    [Fact]
    public async Task A_tampered_state_is_refused()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var callback = new Uri(await AnsweredSignIn(browser, Social));
        var query = QueryHelpers.ParseQuery(callback.Query);
        query["state"] = query["state"].ToString() + "x";

        var answer = await browser.Open(QueryHelpers.AddQueryString(platform.At(Social, "/signin-oidc"), query));

        await ShouldBeRefused(browser, answer, "state_invalid");
    }

    [Theory]
    [InlineData("/signin-oidc")]
    [InlineData("/signin-oidc?code=x&state=")]
    [InlineData("/signin-oidc?code=x&state=a&state=b")]
    public async Task An_answer_without_a_state_of_ours_is_refused(string path)
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        await AnsweredSignIn(browser, Social);

        await ShouldBeRefused(browser, await browser.Open(platform.At(Social, path)), "state_invalid");
    }

    [Fact]
    public async Task A_replayed_answer_is_refused()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var callback = await AnsweredSignIn(browser, Social);
        (await browser.Open(callback)).Status.ShouldBe(HttpStatusCode.Redirect);
        browser.CookiesOfSite(Social).Remove("__Host-hutong");

        await ShouldBeRefused(browser, await browser.Open(callback), "state_invalid");
    }

    [Fact]
    public async Task An_answer_brought_by_another_browser_is_refused_and_not_used_up_by_it()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var callback = await AnsweredSignIn(browser, Social);
        using var other = platform.Browser();
        await AnsweredSignIn(other, Social);

        await ShouldBeRefused(other, await other.Open(callback), "state_invalid");
        (await browser.Open(callback)).Location.ShouldBe(platform.At(Social));
    }

    [Fact]
    public async Task An_answer_for_another_site_is_refused()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var callback = await AnsweredSignIn(browser, Social);
        browser.CookiesOfSite(Shop)["__Host-hutong-signin"] = browser.CookiesOfSite(Social)["__Host-hutong-signin"];

        var answer = await browser.Open(platform.At(Shop, new Uri(callback).PathAndQuery));

        await ShouldBeRefused(browser, answer, "state_invalid", Shop);
    }

    [Theory]
    [InlineData("http://elsewhere.example")]
    [InlineData(null)]
    public async Task An_answer_of_another_issuer_is_refused(string? issuer)
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var callback = new Uri(await AnsweredSignIn(browser, Social));
        var query = QueryHelpers.ParseQuery(callback.Query);
        query.Remove("iss");
        if (issuer is not null)
            query["iss"] = issuer;

        var answer = await browser.Open(QueryHelpers.AddQueryString(platform.At(Social, "/signin-oidc"), query));

        await ShouldBeRefused(browser, answer, "issuer_mismatch");
    }

    [Fact]
    public async Task A_code_of_somebody_else_is_refused()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var own = new Uri(await AnsweredSignIn(browser, Social));
        using var other = platform.Browser();
        other.IsKnownToProviderAs(Platform.NewPerson());
        var foreign = new Uri(await AnsweredSignIn(other, Social));
        var query = QueryHelpers.ParseQuery(own.Query);
        query["code"] = QueryHelpers.ParseQuery(foreign.Query)["code"];

        var answer = await browser.Open(QueryHelpers.AddQueryString(platform.At(Social, "/signin-oidc"), query));

        await ShouldBeRefused(browser, answer, "code_refused");
    }

    [Fact]
    public async Task A_declined_sign_in_says_so_and_changes_nothing()
    {
        using var browser = platform.Browser();
        var begun = await browser.Open(platform.At(Social, "/signin"));

        var answer = await browser.Open(QueryHelpers.AddQueryString(platform.At(Social, "/signin-oidc"), new Dictionary<string, string?>
        {
            ["state"] = begun.LocationParameter("state"),
            ["iss"] = platform.Gateway.Origin,
            ["error"] = "access_denied",
        }));

        await ShouldBeRefused(browser, answer, "sign_in_declined");
    }

    [Fact]
    public async Task A_program_is_refused_with_problem_details_in_place_of_a_page()
    {
        using var browser = platform.Browser();

        var answer = await browser.Fetch(platform.At(Social, "/signin-oidc?code=x&state=y"));

        answer.Header("Content-Type").ShouldBe("application/problem+json");
        answer.Code.ShouldBe("state_invalid");
        answer.Body.ShouldContain("\"traceId\"");
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("")]
    [InlineData("javascript:alert(1)")]
    public async Task A_return_address_off_the_site_leads_to_its_front_page(string address)
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());

        var page = await browser.SignIn(Social, address);

        page.Address.AbsoluteUri.ShouldBe(platform.At(Social));
    }

    [Fact]
    public async Task Two_tabs_may_sign_in_at_once()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        var (one, other) = (await AnsweredSignIn(browser, Social), await AnsweredSignIn(browser, Social));

        (await browser.Open(one)).Status.ShouldBe(HttpStatusCode.Redirect);
        (await browser.Open(other)).Status.ShouldBe(HttpStatusCode.Redirect);
    }

    /// <summary>Begins a sign-in, and yields the address the provider's answer goes to.</summary>
    private async Task<string> AnsweredSignIn(TestBrowser browser, string site)
    {
        var begun = await browser.Open(platform.At(site, "/signin"));
        var answered = await browser.Open(begun.Location!);
        return answered.Location ?? begun.Location!;
    }

    private async Task ShouldBeRefused(TestBrowser browser, Answer answer, string code, string site = Social)
    {
        ((int)answer.Status).ShouldBeInRange(400, 499);
        answer.Code.ShouldBe(code);
        browser.CookiesOfSite(site).ShouldNotContainKey("__Host-hutong");
        (await browser.Fetch(platform.At(site))).InternalClaim("sub").ShouldBeNull();
    }
}
