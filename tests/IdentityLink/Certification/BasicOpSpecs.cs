using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Certification;

/// <summary>
/// The modules of the OpenID Foundation's "Basic OP" certification plan, one test each under the module's name. The suite
/// itself needs a host on the internet; what it asserts does not. Where it asks for a screenshot, the page is looked at.
/// </summary>
[Collection<OneService>]
public sealed class BasicOpSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly ConformanceClient client = new(identity, platforms);

    public void Dispose() => client.Dispose();

    [Fact(DisplayName = "oidcc-server")]
    public async Task Server()
    {
        var tokens = await client.SignIn();
        await client.UserInfo(tokens, HttpMethod.Get);

        var again = await client.Authorize();
        again.Location!.ShouldStartWith(client.Party.RedirectUri + "?code=");
        (await client.Redeem(again)).Id.Subject.ShouldBe(tokens.Id.Subject);
    }

    [Fact(DisplayName = "oidcc-response-type-missing")]
    public async Task Response_type_missing()
    {
        var answer = await client.Authorize(("response_type", null));
        answer.LocationQuery["error"].ShouldBe("invalid_request");
        answer.LocationQuery.ShouldNotContainKey("code");
    }

    [Fact(DisplayName = "oidcc-idtoken-signature")]
    public async Task Idtoken_signature()
    {
        var id = (await client.SignIn()).Id;
        id.Alg.ShouldBe(SecurityAlgorithms.RsaSha256);
        (await client.Keys()).Keys.ShouldContain(key => key.Kid == id.Kid && key.Kty == "RSA");
        (await client.Keys()).Keys.Select(key => key.Kid).ShouldBeUnique();
    }

    [Fact(DisplayName = "oidcc-idtoken-unsigned")]
    public async Task Idtoken_unsigned()
    {
        var offered = (await client.Discovery())["id_token_signing_alg_values_supported"]!.AsArray().Select(alg => alg!.GetValue<string>());
        offered.ShouldNotContain("none");
        (await client.SignIn()).Id.EncodedToken.Split('.')[2].ShouldNotBeEmpty();
    }

    [Fact(DisplayName = "oidcc-userinfo-get")]
    public async Task Userinfo_get() => await client.UserInfo(await client.SignIn(), HttpMethod.Get);

    [Fact(DisplayName = "oidcc-userinfo-post-header")]
    public async Task Userinfo_post_header() => await client.UserInfo(await client.SignIn(), HttpMethod.Post);

    [Fact(DisplayName = "oidcc-userinfo-post-body")]
    public async Task Userinfo_post_body() => await client.UserInfo(await client.SignIn(), HttpMethod.Post, inBody: true);

    [Fact(DisplayName = "oidcc-ensure-request-without-nonce-succeeds-for-code-flow")]
    public async Task Without_nonce() => (await client.SignIn(("nonce", null))).Id.Claims.ShouldNotContain(claim => claim.Type == "nonce");

    [Fact(DisplayName = "oidcc-scope-profile")]
    public async Task Scope_profile()
    {
        var tokens = await client.SignIn(("scope", "openid profile"));
        var claims = await client.UserInfo(tokens, HttpMethod.Get);
        claims["name"]!.GetValue<string>().ShouldNotBeEmpty();
        claims["nickname"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact(DisplayName = "oidcc-scope-email")]
    public async Task Scope_email() => await IsIgnored("email");

    [Fact(DisplayName = "oidcc-scope-address")]
    public async Task Scope_address() => await IsIgnored("address");

    [Fact(DisplayName = "oidcc-scope-phone")]
    public async Task Scope_phone() => await IsIgnored("phone");

    [Fact(DisplayName = "oidcc-scope-all")]
    public async Task Scope_all()
    {
        var tokens = await client.SignIn(("scope", "openid address email phone profile"));
        tokens.Body["scope"]!.GetValue<string>().ShouldBe("openid profile");
        (await client.UserInfo(tokens, HttpMethod.Get)).ShouldContainKey("name");
    }

    [Fact(DisplayName = "oidcc-alternate-happy-flow")]
    public async Task Alternate_happy_flow()
    {
        var request = client.Request(("scope", "profile openid"));
        var reversed = "/authorize?" + string.Join('&', request[(request.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Reverse());
        var tokens = await client.Redeem(await client.Authorize(reversed));
        (await client.UserInfo(tokens, HttpMethod.Get)).ShouldContainKey("name");
    }

    [Fact(DisplayName = "oidcc-display-page")]
    public async Task Display_page() => await ShowsSignIn(("display", "page"));

    [Fact(DisplayName = "oidcc-display-popup")]
    public async Task Display_popup() => await ShowsSignIn(("display", "popup"));

    [Fact(DisplayName = "oidcc-prompt-login")]
    public async Task Prompt_login()
    {
        var first = await client.SignIn();
        await client.LetPass(TimeSpan.FromSeconds(2));

        var page = await client.Browser.Follow(await client.Browser.Get(client.Request(("prompt", "login"))));
        ConformanceClient.IsSignIn(page).ShouldBeTrue();
        var second = await client.Redeem(await client.Complete(page));

        second.Id.Subject.ShouldBe(first.Id.Subject);
        second.AuthTime.ShouldBeGreaterThan(first.AuthTime - 2);
    }

    [Fact(DisplayName = "oidcc-prompt-none-not-logged-in")]
    public async Task Prompt_none_not_logged_in()
    {
        var answer = await client.Authorize(("prompt", "none"));
        answer.LocationQuery["error"].ShouldBe("login_required");
    }

    [Fact(DisplayName = "oidcc-prompt-none-logged-in")]
    public async Task Prompt_none_logged_in()
    {
        var first = await client.SignIn();
        await SilentlyAgain(first, ("prompt", "none"));
    }

    [Fact(DisplayName = "oidcc-max-age-1")]
    public async Task Max_age_1()
    {
        var first = await client.SignIn();
        await client.LetPass(TimeSpan.FromSeconds(2));

        var page = await client.Browser.Follow(await client.Browser.Get(client.Request(("max_age", "1"))));
        ConformanceClient.IsSignIn(page).ShouldBeTrue();
        var second = await client.Redeem(await client.Complete(page));

        second.Id.Subject.ShouldBe(first.Id.Subject);
        second.AuthTime.ShouldBeGreaterThanOrEqualTo(first.AuthTime);
    }

    [Fact(DisplayName = "oidcc-max-age-10000")]
    public async Task Max_age_10000()
    {
        var first = await client.SignIn(("max_age", "15000"));
        await SilentlyAgain(first, ("max_age", "10000"));
    }

    [Fact(DisplayName = "oidcc-ensure-request-with-unknown-parameter-succeeds")]
    public async Task Unknown_parameter() => await client.SignIn(("extra", "foobar"));

    [Fact(DisplayName = "oidcc-id-token-hint")]
    public async Task Id_token_hint()
    {
        var first = await client.SignIn();
        await SilentlyAgain(first, ("prompt", "none"), ("id_token_hint", first.Id.EncodedToken));
    }

    [Fact(DisplayName = "oidcc-login-hint")]
    public async Task Login_hint() => await client.SignIn(("login_hint", "buffy@localhost"));

    [Fact(DisplayName = "oidcc-ui-locales")]
    public async Task Ui_locales()
    {
        await client.SignIn(("ui_locales", "se"));
        using var another = new ConformanceClient(identity, platforms);
        var page = await another.Browser.Follow(await another.Browser.Get(another.Request(("ui_locales", "zh-CN en"))));
        page.Body.ShouldContain("lang=\"zh-CN\"");
    }

    [Fact(DisplayName = "oidcc-claims-locales")]
    public async Task Claims_locales() => await client.SignIn(("claims_locales", "se"));

    [Fact(DisplayName = "oidcc-ensure-request-with-acr-values-succeeds")]
    public async Task Acr_values()
    {
        var offered = (await client.Discovery())["acr_values_supported"]!.AsArray().Select(acr => acr!.GetValue<string>()).ToArray();
        var tokens = await client.SignIn(("acr_values", string.Join(' ', offered)));
        tokens.Id.GetClaim("acr").Value.ShouldBeOneOf(offered);
    }

    [Fact(DisplayName = "oidcc-codereuse")]
    public async Task Codereuse() => await UseAgain(TimeSpan.Zero);

    [Fact(DisplayName = "oidcc-codereuse-30seconds")]
    public async Task Codereuse_30seconds() => await UseAgain(TimeSpan.FromSeconds(30));

    [Fact(DisplayName = "oidcc-ensure-registered-redirect-uri")]
    public async Task Registered_redirect_uri() =>
        (await client.Browser.Get(client.Request(("redirect_uri", "http://localhost/unregistered")))).ShouldBeRefused("unregistered_redirect");

    [Fact(DisplayName = "oidcc-ensure-post-request-succeeds")]
    public async Task Post_request()
    {
        var parameters = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(new Uri(IdentityService.Origin), client.Request()).Query)
            .Select(parameter => (parameter.Key, parameter.Value.ToString()));
        var page = await client.Browser.Follow(await client.Browser.Post("/authorize", [.. parameters]));
        await client.Redeem(await client.Complete(page));
    }

    [Fact(DisplayName = "oidcc-server-client-secret-post")]
    public async Task Client_secret_post()
    {
        var answer = await client.Authorize();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = answer.LocationQuery["code"],
            ["redirect_uri"] = client.Party.RedirectUri,
            ["client_id"] = client.Party.ClientId,
            ["client_secret"] = IdentityService.Secret(client.Party.ClientId),
        });
        var (status, body) = await client.Party.Token(form, secret: null);
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        body["id_token"].ShouldNotBeNull();
    }

    [Fact(DisplayName = "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported")]
    public async Task Request_uri_unsigned()
    {
        (await client.Discovery())["request_uri_parameter_supported"]!.GetValue<bool>().ShouldBeFalse();
        var answer = await client.Authorize(("request_uri", "https://relying.example/request.jwt"));
        answer.LocationQuery["error"].ShouldBe("request_uri_not_supported");
    }

    [Fact(DisplayName = "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")]
    public async Task Unsigned_request_object()
    {
        (await client.Discovery())["request_parameter_supported"]!.GetValue<bool>().ShouldBeFalse();
        var answer = await client.Authorize(("request", Unsigned(new JsonObject { ["state"] = "of-the-object", ["scope"] = "openid" })));
        answer.LocationQuery["error"].ShouldBe("request_not_supported");
    }

    [Fact(DisplayName = "oidcc-claims-essential")]
    public async Task Claims_essential()
    {
        var tokens = await client.SignIn(("claims", """{"userinfo":{"name":{"essential":true}}}"""));
        (await client.UserInfo(tokens, HttpMethod.Get))["name"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact(DisplayName = "oidcc-ensure-request-object-with-redirect-uri")]
    public async Task Request_object_with_redirect_uri()
    {
        var answer = await client.Authorize(("request", Unsigned(new JsonObject { ["redirect_uri"] = "http://localhost/of-the-object" })));
        answer.LocationQuery["error"].ShouldBe("request_not_supported");
    }

    [Fact(DisplayName = "oidcc-refresh-token")]
    public async Task Refresh_token()
    {
        var first = await client.SignIn(("scope", "openid offline_access"), ("prompt", "consent"));
        using var other = new RelyingParty(identity, IdentityService.OtherPartner);
        (await other.Refresh(first.Refresh!)).ShouldBeError("invalid_grant");

        var (status, body) = await client.Party.Refresh(first.Refresh!);
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        var second = await client.Checked(body, expectedNonce: null);

        second.Id.Subject.ShouldBe(first.Id.Subject);
        second.AuthTime.ShouldBe(first.AuthTime);
        second.Id.IssuedAt.ShouldBeGreaterThanOrEqualTo(first.Id.IssuedAt);
        second.Access.ShouldNotBe(first.Access);
        await client.UserInfo(second, HttpMethod.Get);
    }

    [Fact(DisplayName = "oidcc-ensure-request-with-valid-pkce-succeeds")]
    public async Task Valid_pkce()
    {
        var answer = await client.Authorize(("code_challenge", client.Party.Challenge), ("code_challenge_method", "S256"));
        var (status, body) = await client.Party.Redeem(answer.LocationQuery["code"]);
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
    }

    /// <summary>A scope that is not offered is no error, and gives nothing.</summary>
    private async Task IsIgnored(string scope)
    {
        (await client.Discovery())["scopes_supported"]!.AsArray().Select(offered => offered!.GetValue<string>()).ShouldNotContain(scope);
        var tokens = await client.SignIn(("scope", $"openid {scope}"));
        tokens.Body["scope"]!.GetValue<string>().ShouldBe("openid");
        (await client.UserInfo(tokens, HttpMethod.Get)).Select(claim => claim.Key).ShouldBe(["sub"]);
    }

    private async Task ShowsSignIn((string Name, string? Value) parameter)
    {
        var page = await client.Browser.Follow(await client.Browser.Get(client.Request(parameter)));
        ConformanceClient.IsSignIn(page).ShouldBeTrue();
        await client.Redeem(await client.Complete(page));
    }

    /// <summary>A second request that no page may interrupt, and that speaks of the same sign-in.</summary>
    private async Task SilentlyAgain(ConformanceClient.Tokens first, params (string Name, string? Value)[] changes)
    {
        var answer = await client.Browser.Get(client.Request(changes));
        answer.Location!.ShouldStartWith(client.Party.RedirectUri + "?code=");
        var second = await client.Redeem(answer);
        (second.Id.Subject, second.AuthTime).ShouldBe((first.Id.Subject, first.AuthTime));
    }

    private async Task UseAgain(TimeSpan later)
    {
        var answer = await client.Authorize();
        var tokens = await client.Redeem(answer);
        var code = answer.LocationQuery["code"];
        await identity.Sql(
            "update authorization_code set used_at = used_at - $1, expires_at = expires_at - $1 where code_hash = $2",
            later, IdentityLink.Storage.Secret.Hash(code));

        (await client.Party.Redeem(code, ("code_verifier", null))).ShouldBeError("invalid_grant");
        (await client.Holds(tokens)).ShouldBeFalse();
    }

    private static string Unsigned(JsonObject claims) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none"}""")}.{Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.";
}
