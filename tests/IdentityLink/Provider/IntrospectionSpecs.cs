using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class IntrospectionSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty partner = new(identity, IdentityService.Partner);
    private readonly RelyingParty other = new(identity, IdentityService.OtherPartner);

    public void Dispose()
    {
        browser.Dispose();
        partner.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task A_client_is_told_what_its_tokens_stand_for()
    {
        var tokens = await partner.SignIn(browser, "li-na");

        var access = await Introspect(partner, tokens.AccessToken);
        access["active"]!.GetValue<bool>().ShouldBeTrue();
        access["scope"]!.GetValue<string>().ShouldBe("openid profile offline_access");
        access["client_id"]!.GetValue<string>().ShouldBe(partner.ClientId);
        access["sub"]!.GetValue<string>().ShouldBe(tokens.Subject);
        access["iss"]!.GetValue<string>().ShouldBe(IdentityService.Origin);
        access["token_type"]!.GetValue<string>().ShouldBe("Bearer");
        (access["exp"]!.GetValue<long>() - DateTimeOffset.UtcNow.ToUnixTimeSeconds()).ShouldBeInRange(500, 600);

        var refresh = await Introspect(partner, tokens.RefreshToken);
        refresh["active"]!.GetValue<bool>().ShouldBeTrue();
        refresh.ContainsKey("token_type").ShouldBeFalse();
        var own = (await partner.Token(("grant_type", "client_credentials"))).Body["access_token"]!.GetValue<string>();
        (await Introspect(partner, own))["scope"]!.GetValue<string>().ShouldBe("partner");
    }

    [Fact]
    public async Task Nobody_else_is_told_anything()
    {
        var tokens = await partner.SignIn(browser, "li-na");
        var own = (await partner.Token(("grant_type", "client_credentials"))).Body["access_token"]!.GetValue<string>();
        foreach (var token in (string[])[tokens.AccessToken, tokens.RefreshToken, own, "made-up"])
            (await Introspect(other, token)).ToJsonString().ShouldBe("""{"active":false}""");
        using var phone = new RelyingParty(identity, IdentityService.PublicClient, isPublic: true);
        (await phone.Post("/introspect", ("client_id", phone.ClientId), ("token", tokens.AccessToken)))
            .ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await partner.Post("/introspect")).ShouldBeError("invalid_request");
    }

    [Fact]
    public async Task What_holds_no_more_is_not_active()
    {
        var tokens = await partner.SignIn(browser, "li-na");
        var (_, next) = await partner.Refresh(tokens.RefreshToken);
        (await IsActive(tokens.RefreshToken)).ShouldBeFalse();
        (await IsActive(next["refresh_token"]!.GetValue<string>())).ShouldBeTrue();
        await identity.Sql("update access_token set expires_at = now()");
        (await IsActive(tokens.AccessToken)).ShouldBeFalse();
        await identity.Sql("update token_grant set revoked_at = now()");
        (await IsActive(next["refresh_token"]!.GetValue<string>())).ShouldBeFalse();
    }

    [Fact]
    public async Task Giving_back_a_refresh_token_ends_its_family_and_an_access_token_itself_alone()
    {
        var tokens = await partner.SignIn(browser, "li-na");
        var (_, next) = await partner.Refresh(tokens.RefreshToken);
        var (access, refresh) = (next["access_token"]!.GetValue<string>(), next["refresh_token"]!.GetValue<string>());

        await Revoke(partner, tokens.AccessToken);
        (await IsActive(tokens.AccessToken)).ShouldBeFalse();
        (await IsActive(access)).ShouldBeTrue();

        await Revoke(partner, refresh, hint: "access_token");
        (await IsActive(access)).ShouldBeFalse();
        (await IsActive(refresh)).ShouldBeFalse();
        (await partner.Refresh(refresh)).ShouldBeError("invalid_grant");
        (await partner.UserInfo(access)).ShouldBeError("invalid_token", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_rotated_refresh_token_that_is_given_back_still_ends_its_family()
    {
        var tokens = await partner.SignIn(browser, "li-na");
        var (_, next) = await partner.Refresh(tokens.RefreshToken);
        await Revoke(partner, tokens.RefreshToken);
        (await partner.Refresh(next["refresh_token"]!.GetValue<string>())).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task Another_clients_tokens_stay_and_the_answer_does_not_tell()
    {
        var tokens = await partner.SignIn(browser, "li-na");
        var own = (await partner.Token(("grant_type", "client_credentials"))).Body["access_token"]!.GetValue<string>();
        foreach (var token in (string[])[tokens.AccessToken, tokens.RefreshToken, own, "made-up"])
            await Revoke(other, token);
        foreach (var token in (string[])[tokens.AccessToken, tokens.RefreshToken, own])
            (await IsActive(token)).ShouldBeTrue();
        await Revoke(partner, own);
        (await IsActive(own)).ShouldBeFalse();
        (await partner.Post("/revoke")).ShouldBeError("invalid_request");
        using var stranger = new RelyingParty(identity, "nobody");
        (await stranger.Post("/revoke", ("token", "x"))).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
    }

    private async Task<bool> IsActive(string token) => (await Introspect(partner, token))["active"]!.GetValue<bool>();

    private static async Task<JsonObject> Introspect(RelyingParty client, string token)
    {
        var (status, body) = await client.Post("/introspect", ("token", token));
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        return body;
    }

    private static async Task Revoke(RelyingParty client, string token, string? hint = null) =>
        (await client.Post("/revoke", ("token", token), ("token_type_hint", hint))).Status.ShouldBe(HttpStatusCode.OK);
}
