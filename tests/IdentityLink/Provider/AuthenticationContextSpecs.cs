using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Passkeys;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class AuthenticationContextSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private const string EssentialPasskey = """{"id_token":{"acr":{"essential":true,"values":["phr"]}}}""";

    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty site = new(identity, IdentityService.Site);
    private readonly SoftwareAuthenticator authenticator = new();

    public void Dispose()
    {
        browser.Dispose();
        site.Dispose();
    }

    [Fact]
    public async Task An_id_token_tells_by_what_the_person_signed_in()
    {
        var weibo = await IdToken(await CodeOfPlatform());
        weibo.GetClaim("acr").Value.ShouldBe(AuthenticationContext.Platform);
        weibo.TryGetPayloadValue<string[]>("amr", out _).ShouldBeFalse();

        using var another = new TestBrowser(identity, platforms);
        var page = await another.Follow(await another.Get(site.AuthorizeAddress()));
        var back = await another.Follow(await another.RegisterWithPasskey(authenticator, page: page));
        var passkey = await IdToken(back.LocationQuery["code"]);
        passkey.GetClaim("acr").Value.ShouldBe("phr");
        passkey.GetPayloadValue<string[]>("amr").ShouldBe(["pop", "mfa"]);
    }

    [Fact]
    public async Task Whoever_is_signed_in_by_a_platform_is_asked_for_the_passkey_that_is_essential()
    {
        await browser.SignIn("li-na");
        await browser.Follow(await browser.AddPasskey(authenticator));
        await browser.SignIn("li-na");
        (await browser.Get(site.AuthorizeAddress(("claims", EssentialPasskey), ("prompt", "none")))).LocationQuery["error"].ShouldBe("login_required");

        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress(("claims", EssentialPasskey))));
        page.Body.ShouldContain("This app asks for a passkey.");
        page.Body.ShouldNotContain("action=\"/sign-in/weibo\"");
        var back = await browser.Follow(await browser.SignInWithPasskey(authenticator, page));

        (await IdToken(back.LocationQuery["code"])).GetClaim("acr").Value.ShouldBe("phr");
        (await browser.Get(site.AuthorizeAddress(("claims", EssentialPasskey), ("prompt", "none")))).LocationQuery.ShouldContainKey("code");
    }

    [Fact]
    public async Task Whoever_signs_in_by_something_else_all_the_same_is_not_passed_off_as_if_they_had_not()
    {
        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress(("claims", EssentialPasskey))));
        var fields = page.Fields(PasskeySteps.SignInForm).Where(field => field.Name is "form_token" or "request");
        var started = await browser.Post("/sign-in/weibo", [.. fields]);
        var back = await browser.Follow(await browser.Get(await browser.VisitPlatform(started.Location!, "li-na")));
        back.LocationQuery["error"].ShouldBe("unmet_authentication_requirements");
    }

    [Fact]
    public async Task A_consent_does_not_stand_in_for_the_sign_in_that_is_essential()
    {
        using var partner = new RelyingParty(identity, IdentityService.OtherPartner);
        await browser.SignIn("li-na");
        var consent = await browser.Follow(await browser.Get(partner.AuthorizeAddress(("prompt", "consent"))));
        var waiting = (await browser.Get(partner.AuthorizeAddress(("claims", EssentialPasskey)))).LocationQuery["request"];
        var form = consent.Fields("/consent").Single(field => field.Name == "form_token");
        (await browser.Post("/consent", form, ("request", waiting), ("decision", "allow"))).Location.ShouldBe($"/authorize/resume?request={waiting}");
    }

    [Fact]
    public async Task What_nobody_here_can_do_is_said_at_once()
    {
        var answer = await browser.Get(site.AuthorizeAddress(("claims", """{"id_token":{"acr":{"essential":true,"value":"urn:mace:incommon:iap:gold"}}}""")));
        answer.LocationQuery["error"].ShouldBe("unmet_authentication_requirements");
    }

    [Fact]
    public async Task A_wish_holds_nobody_up_and_puts_passkeys_first()
    {
        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress(("acr_values", "gold phr"))));
        page.Body.IndexOf(PasskeySteps.SignInForm, StringComparison.Ordinal)
            .ShouldBeLessThan(page.Body.IndexOf("/sign-in/weibo", StringComparison.Ordinal));
        var back = await browser.SignIn(page, "li-na");
        (await IdToken(back.LocationQuery["code"])).GetClaim("acr").Value.ShouldBe(AuthenticationContext.Platform);
        (await browser.Get(site.AuthorizeAddress(("acr_values", "phr"), ("prompt", "none")))).LocationQuery.ShouldContainKey("code");
    }

    [Fact]
    public async Task A_hint_offers_that_way_in_first_and_tells_nothing_of_anybody()
    {
        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress(("login_hint", "taobao"))));
        page.Body.IndexOf("/sign-in/taobao", StringComparison.Ordinal).ShouldBeLessThan(page.Body.IndexOf("/sign-in/weibo", StringComparison.Ordinal));
        string[] pages = [.. await Task.WhenAll(((string[])["li-na", "nobody@nowhere.example"]).Select(Without))];
        pages[0].ShouldBe(pages[1]);

        async Task<string> Without(string hint)
        {
            using var somebody = new TestBrowser(identity, platforms);
            var shown = await somebody.Follow(await somebody.Get(site.AuthorizeAddress(("login_hint", hint))));
            return System.Text.RegularExpressions.Regex.Replace(shown.Body, "(value|request)=[^ &>]*|return\" value=\"[^\"]*", "");
        }
    }

    private async Task<string> CodeOfPlatform() =>
        (await browser.SignIn(await browser.Follow(await browser.Get(site.AuthorizeAddress())), "li-na")).LocationQuery["code"];

    private async Task<JsonWebToken> IdToken(string code)
    {
        var (_, tokens) = await site.Redeem(code);
        return new(tokens["id_token"]!.GetValue<string>());
    }
}
