using System.Net;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class LogoutSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty site = new(identity, IdentityService.Site);
    private readonly RelyingParty shop = new(identity, IdentityService.OtherSite);

    public void Dispose()
    {
        browser.Dispose();
        site.Dispose();
        shop.Dispose();
    }

    [Fact]
    public async Task Signing_out_of_one_site_signs_out_of_all_at_once()
    {
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var social = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        var shopping = await CodeFlowSpecs.SignIn(browser, shop, "li-na");
        var sid = await identity.SidOf(browser);

        var answer = await browser.Get(EndSession(("id_token_hint", social["id_token"]!.GetValue<string>()), ("state", "s")));

        answer.Location.ShouldBe($"{IdentityService.SignedOutUri(site.ClientId)}?state=s");
        identity.Logouts.ToldOf(sid).Order().ShouldBe([IdentityService.OtherSite, IdentityService.Site]);
        (await browser.Get(shop.AuthorizeAddress(("prompt", "none")))).LocationQuery["error"].ShouldBe("login_required");
        foreach (var tokens in new[] { social, shopping })
            (await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "social-feed")).ShouldBeError("invalid_request");
        (await shop.Refresh(shopping["refresh_token"]!.GetValue<string>())).ShouldBeError("invalid_grant");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_logout_token_is_what_the_specification_asks()
    {
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "wang");
        var id = new JsonWebToken(tokens["id_token"]!.GetValue<string>());
        await browser.Get(EndSession(("id_token_hint", id.EncodedToken)));

        var token = identity.Logouts.Received.Select(r => new JsonWebToken(r.Token)).Single(t => t.GetClaim("sid").Value == id.GetClaim("sid").Value);
        token.Typ.ShouldBe("logout+jwt");
        token.Issuer.ShouldBe(IdentityService.Origin);
        token.Audiences.ShouldBe([IdentityService.Site]);
        token.Subject.ShouldBe(id.Subject);
        token.Id.ShouldNotBeNullOrEmpty();
        token.GetClaim("events").Value.ShouldBe("""{"http://schemas.openid.net/event/backchannel-logout":{}}""");
        token.Claims.ShouldNotContain(c => c.Type == "nonce");
        (token.ValidTo - token.IssuedAt).ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(2));
        using var http = new HttpClient { BaseAddress = identity.Address };
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token.EncodedToken, new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = IdentityService.Site,
            IssuerSigningKeys = new JsonWebKeySet(await http.GetStringAsync(new Uri("/jwks", UriKind.Relative))).GetSigningKeys(),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
    }

    [Fact]
    public async Task A_client_that_was_away_is_told_when_it_is_back()
    {
        var tokens = await CodeFlowSpecs.SignIn(browser, shop, "chen");
        var sid = await identity.SidOf(browser);
        identity.Logouts.FailuresLeft[IdentityService.OtherSite] = 1;
        await browser.Get(EndSession(("id_token_hint", tokens["id_token"]!.GetValue<string>()), ("post_logout_redirect_uri", null)));
        identity.Logouts.ToldOf(sid).ShouldBeEmpty();

        await identity.Sql("update logout_delivery set next_attempt_at = now() where sid = $1", sid);

        await Eventually.True(() => identity.Logouts.ToldOf(sid).Any());
        await Eventually.True(async () => await identity.Count("select count(*) from logout_delivery where sid = $1", sid) == 0);
    }

    [Fact]
    public async Task Without_a_hint_the_person_is_asked_first()
    {
        await CodeFlowSpecs.SignIn(browser, site, "li-na");

        var page = await browser.Get(EndSession(("client_id", site.ClientId)));
        page.Status.ShouldBe(HttpStatusCode.OK);
        (await browser.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);

        (await browser.Submit(page, "/end_session/confirm")).Location.ShouldBe(IdentityService.SignedOutUri(site.ClientId));
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_hint_of_another_session_does_not_sign_out_this_one_unasked()
    {
        var old = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        using var another = new TestBrowser(identity, platforms);
        await CodeFlowSpecs.SignIn(another, site, "wang");

        var page = await another.Get(EndSession(("id_token_hint", old["id_token"]!.GetValue<string>())));

        page.Status.ShouldBe(HttpStatusCode.OK);
        (await another.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_parameters_ask_and_then_show_that_one_is_signed_out()
    {
        await CodeFlowSpecs.SignIn(browser, site, "li-na");
        var page = await browser.Get("/end_session");
        (await browser.Submit(page, "/end_session/confirm")).Body.ShouldContain("You are signed out");
        (await browser.Get("/end_session")).Body.ShouldContain("You are signed out");
    }

    [Fact]
    public async Task A_bad_hint_or_return_address_ends_nothing_and_leads_nowhere()
    {
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        var hint = tokens["id_token"]!.GetValue<string>();
        var parts = hint.Split('.');
        var altered = $"{parts[0]}.{parts[1]}.{parts[2][..^6]}AAAAAA";

        (await browser.Get(EndSession(("id_token_hint", altered)))).ShouldBeRefused("logout_hint_invalid");
        (await browser.Get(EndSession(("id_token_hint", "nonsense")))).ShouldBeRefused("logout_hint_invalid");
        (await browser.Get(EndSession(("id_token_hint", hint), ("client_id", shop.ClientId)))).ShouldBeRefused("logout_hint_invalid");
        foreach (var address in (string[])["http://evil.example/", $"{IdentityService.SignedOutUri(site.ClientId)}?a=b", IdentityService.SignedOutUri(shop.ClientId)])
            (await browser.Get(EndSession(("id_token_hint", hint), ("post_logout_redirect_uri", address)))).ShouldBeRefused("unregistered_post_logout_redirect");
        (await browser.Get(EndSession())).ShouldBeRefused("unregistered_post_logout_redirect");
        (await browser.Get("/end_session?state=a&state=b")).ShouldBeRefused("malformed_request");

        (await browser.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_partner_that_was_granted_it_goes_on_while_the_person_is_away()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var page = await browser.Follow(await browser.Get(partner.AuthorizeAddress()));
        page = await browser.SignIn(page, "zoe", "taobao");
        if (page.Location is null)
            page = await browser.Submit(page, "/consent", ("decision", "allow"));
        var (_, tokens) = await partner.Redeem(page.LocationQuery["code"]);

        await browser.Get(EndSession(("id_token_hint", tokens["id_token"]!.GetValue<string>()), ("post_logout_redirect_uri", null)));

        (await partner.Refresh(tokens["refresh_token"]!.GetValue<string>())).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_instances_deliver_a_logout_once()
    {
        var logout = identity.Services.GetRequiredService<BackchannelLogout>();
        var sid = Guid.CreateVersion7();
        await identity.Sql(
            "insert into logout_delivery (id, client_id, sid, subject, next_attempt_at, expires_at) values ($1, $2, $3, 'x', now(), now() + interval '1 day')",
            Guid.CreateVersion7(), IdentityService.Site, sid);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => logout.DeliverDue(IdentityService.Site, CancellationToken.None)));

        await Eventually.True(() => identity.Logouts.ToldOf(sid).Any());
        identity.Logouts.ToldOf(sid).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_client_that_does_not_answer_holds_up_nobody_elses_logouts()
    {
        var told = Guid.CreateVersion7();
        using var held = identity.Logouts.Hold(IdentityService.DeveloperConsole);
        const string due = """
            insert into logout_delivery (id, client_id, sid, subject, next_attempt_at, expires_at)
            select gen_random_uuid(), $1, $2, 'x', now() - $3::int * interval '1 second', now() + interval '1 day' from generate_series(1, $4::int)
            """;
        await identity.Sql(due, IdentityService.DeveloperConsole, Guid.CreateVersion7(), 60, 2000);
        await identity.Sql(due, IdentityService.Site, told, 0, 1);

        await Eventually.True(() => identity.Logouts.ToldOf(told).Any());

        (await identity.Count("select count(*) from logout_delivery where client_id = $1", IdentityService.DeveloperConsole)).ShouldBe(2000);
        await identity.Sql("delete from logout_delivery where client_id = $1", IdentityService.DeveloperConsole);
    }

    private string EndSession(params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?> { ["post_logout_redirect_uri"] = IdentityService.SignedOutUri(site.ClientId) };
        foreach (var (name, value) in changes)
            parameters[name] = value;
        return QueryHelpers.AddQueryString("/end_session", parameters.Where(p => p.Value is not null));
    }
}
