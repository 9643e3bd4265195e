using System.Net;
using System.Text;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class TokenSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty site = new(identity, IdentityService.Site);

    public void Dispose()
    {
        browser.Dispose();
        site.Dispose();
    }

    [Theory]
    [InlineData("code_verifier", "the-wrong-verifier-the-wrong-verifier-the-wrong-verifier")]
    [InlineData("code_verifier", null)]
    [InlineData("redirect_uri", "http://hutong-shop.localhost/signin-oidc")]
    public async Task A_code_without_what_it_was_bound_to_gives_nothing_and_stays_good_for_its_owner(string parameter, string? value)
    {
        var code = await Code();

        (await site.Redeem(code, (parameter, value))).ShouldBeError("invalid_grant");

        (await site.Redeem(code)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_verifier_for_a_code_without_challenge_is_refused()
    {
        var code = await Code(("code_challenge", null), ("code_challenge_method", null));
        (await site.Redeem(code)).ShouldBeError("invalid_grant");
        (await site.Redeem(code, ("code_verifier", null))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_of_another_client_gives_nothing()
    {
        using var shop = new RelyingParty(identity, IdentityService.OtherSite);
        var code = await Code();

        (await shop.Redeem(code, ("redirect_uri", site.RedirectUri), ("code_verifier", site.Verifier))).ShouldBeError("invalid_grant");

        (await site.Redeem(code)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_used_twice_gives_nothing_and_revokes_what_it_gave_first()
    {
        var code = await Code();
        var (_, first) = await site.Redeem(code);

        (await site.Redeem(code)).ShouldBeError("invalid_grant");

        (await site.UserInfo(first["access_token"]!.GetValue<string>())).ShouldBeError("invalid_token", HttpStatusCode.Unauthorized);
        (await site.Refresh(first["refresh_token"]!.GetValue<string>())).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task A_code_used_by_many_at_once_gives_tokens_once_and_they_do_not_survive()
    {
        var code = await Code();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.Redeem(code)));

        var tokens = answers.Where(a => a.Status == HttpStatusCode.OK).ShouldHaveSingleItem().Body;
        (await site.UserInfo(tokens["access_token"]!.GetValue<string>())).ShouldBeError("invalid_token", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_code_is_over_after_a_minute()
    {
        var code = await Code();
        await identity.Sql("update authorization_code set expires_at = now()");
        (await site.Redeem(code)).ShouldBeError("invalid_grant");
        (await site.Redeem("made-up")).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task A_wrong_secret_an_unknown_client_and_a_missing_secret_are_one_error()
    {
        using var form = Form(("grant_type", "authorization_code"), ("code", "x"));
        (await site.Token(form, "wrong")).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        using var nobody = new RelyingParty(identity, "nobody");
        (await nobody.Redeem("x")).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        using var without = Form(("grant_type", "authorization_code"), ("code", "x"), ("client_id", site.ClientId));
        (await site.Token(without, secret: null)).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_secret_may_come_in_the_form_but_not_twice()
    {
        var secret = IdentityService.Secret(site.ClientId);
        (string, string)[] form =
        [
            ("grant_type", "authorization_code"), ("code", await Code()), ("redirect_uri", site.RedirectUri), ("code_verifier", site.Verifier),
            ("client_id", site.ClientId), ("client_secret", secret),
        ];
        using var both = Form(form);
        (await site.Token(both, secret)).ShouldBeError("invalid_request");
        using var one = Form(form);
        (await site.Token(one, secret: null)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Malformed_token_requests_are_refused()
    {
        var secret = IdentityService.Secret(site.ClientId);
        using var json = new StringContent("{\"grant_type\":", Encoding.UTF8, "application/json");
        (await site.Token(json, secret)).ShouldBeError("invalid_request");
        using var twice = Form(("grant_type", "refresh_token"), ("grant_type", "refresh_token"));
        (await site.Token(twice, secret)).ShouldBeError("invalid_request");
        (await site.Redeem(new string('c', 3000))).ShouldBeError("invalid_request");
        (await site.Token(("grant_type", null))).ShouldBeError("invalid_request");
        (await site.Token(("grant_type", "authorization_code"))).ShouldBeError("invalid_request");
        (await site.Token(("grant_type", "refresh_token"))).ShouldBeError("invalid_request");
        (await site.Token(("grant_type", "password"))).ShouldBeError("unsupported_grant_type");
    }

    [Fact]
    public async Task A_refresh_token_rotates_and_its_successor_holds()
    {
        var tokens = await SignIn();

        var (status, next) = await site.Refresh(tokens.RefreshToken);

        status.ShouldBe(HttpStatusCode.OK);
        next["refresh_token"]!.GetValue<string>().ShouldNotBe(tokens.RefreshToken);
        (await site.UserInfo(next["access_token"]!.GetValue<string>())).Status.ShouldBe(HttpStatusCode.OK);
        (await site.Refresh(next["refresh_token"]!.GetValue<string>())).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refresh_whose_answer_was_lost_gets_the_same_successor_also_when_many_try_at_once()
    {
        var tokens = await SignIn();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.Refresh(tokens.RefreshToken)));

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        var successor = answers.Select(a => a.Body["refresh_token"]!.GetValue<string>()).Distinct().ShouldHaveSingleItem();
        (await site.Refresh(successor)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refresh_token_used_again_later_ends_its_whole_family()
    {
        var tokens = await SignIn();
        var (_, next) = await site.Refresh(tokens.RefreshToken);
        await identity.Sql("update refresh_token set rotated_at = rotated_at - interval '11 seconds' where rotated_at is not null");

        (await site.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");

        (await site.Refresh(next["refresh_token"]!.GetValue<string>())).ShouldBeError("invalid_grant");
        (await site.UserInfo(next["access_token"]!.GetValue<string>())).ShouldBeError("invalid_token", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_refresh_may_ask_for_less_and_not_for_more()
    {
        var tokens = await SignIn();
        var (_, narrow) = await site.Refresh(tokens.RefreshToken, ("scope", "openid"));
        narrow["scope"]!.GetValue<string>().ShouldBe("openid");
        (await site.UserInfo(narrow["access_token"]!.GetValue<string>())).Body.ShouldNotContain(claim => claim.Key == "nickname");
        (await site.Refresh(tokens.RefreshToken, ("scope", "openid everything"))).ShouldBeError("invalid_scope");
    }

    [Fact]
    public async Task A_refresh_token_is_good_for_its_own_client_alone()
    {
        using var shop = new RelyingParty(identity, IdentityService.OtherSite);
        var tokens = await SignIn();
        (await shop.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
        (await site.Refresh(tokens.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_partners_token_speaks_for_nobody_to_a_service()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var tokens = await partner.SignIn(browser, "li-na");

        foreach (var service in (string[])["identity-link", "social-feed", "commerce-card", "attribution"])
            (await gateway.Exchange(tokens.AccessToken, service)).ShouldBeError("invalid_request");
        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_the_gateway_exchanges_tokens_only_for_services_and_only_good_ones()
    {
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var tokens = await SignIn();

        (await site.Exchange(tokens.AccessToken, "social-feed")).ShouldBeError("unauthorized_client");
        (await gateway.Exchange(tokens.AccessToken, "somewhere-else")).ShouldBeError("invalid_target");
        (await gateway.Exchange("made-up", "social-feed")).ShouldBeError("invalid_request");
        (await gateway.Exchange(tokens.AccessToken, "social-feed")).Status.ShouldBe(HttpStatusCode.OK);
        await identity.Sql("update access_token set expires_at = now()");
        (await gateway.Exchange(tokens.AccessToken, "social-feed")).ShouldBeError("invalid_request");
    }

    [Fact]
    public async Task Neither_an_access_token_nor_an_id_token_opens_the_api()
    {
        var (_, tokens) = await site.Redeem(await Code());
        using var http = new HttpClient { BaseAddress = identity.Address };
        foreach (var token in (string?[])[null, tokens["access_token"]!.GetValue<string>(), tokens["id_token"]!.GetValue<string>()])
        {
            http.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
            using var answer = await http.GetAsync(new Uri("/identity/me", UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Userinfo_takes_the_token_in_the_header_or_the_form_and_says_what_is_wrong()
    {
        var tokens = await SignIn();
        using var http = new HttpClient { BaseAddress = identity.Address };
        var userinfo = new Uri("/userinfo", UriKind.Relative);
        using var form = Form(("access_token", tokens.AccessToken));
        using (var posted = await http.PostAsync(userinfo, form))
            posted.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var without = await http.GetAsync(userinfo))
            without.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer realm=\"hutong\"");
        http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        using var again = Form(("access_token", tokens.AccessToken));
        using (var twoWays = await http.PostAsync(userinfo, again))
            twoWays.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<string> Code(params (string Name, string? Value)[] changes)
    {
        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress(changes)));
        var back = page.Location is null ? await browser.SignIn(page, "li-na") : page;
        return back.LocationQuery["code"];
    }

    private async Task<(string AccessToken, string RefreshToken)> SignIn()
    {
        var (_, tokens) = await site.Redeem(await Code());
        return (tokens["access_token"]!.GetValue<string>(), tokens["refresh_token"]!.GetValue<string>());
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
}
