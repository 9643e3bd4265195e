using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Certification;

/// <summary>The modules of the "RP-Initiated Logout OP" certification plan.</summary>
[Collection<OneService>]
public sealed class RpInitiatedLogoutSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly ConformanceClient client = new(identity, platforms);

    private string SignedOut => IdentityService.SignedOutUri(client.Party.ClientId);

    public void Dispose() => client.Dispose();

    [Fact(DisplayName = "oidcc-rp-initiated-logout-discovery-endpoint-verification")]
    public async Task Discovery() =>
        (await client.Discovery())["end_session_endpoint"]!.GetValue<string>().ShouldBe(IdentityService.Origin + "/end_session");

    [Fact(DisplayName = "oidcc-rp-initiated-logout")]
    public async Task Plain()
    {
        var tokens = await client.SignIn();
        var answer = await client.EndSession(Hint(tokens), ("post_logout_redirect_uri", SignedOut), ("state", "of the logout"));
        answer.Location.ShouldBe($"{SignedOut}?state=of%20the%20logout");
        await client.ShouldBeSignedOut();
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri")]
    public async Task Bad_post_logout_redirect_uri()
    {
        var tokens = await client.SignIn();
        var answer = await client.EndSession(Hint(tokens), ("post_logout_redirect_uri", "http://localhost/elsewhere"), ("state", "s"));
        answer.ShouldBeRefused("unregistered_post_logout_redirect");
        await client.ShouldBeSignedIn();
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-modified-id-token-hint")]
    public async Task Modified_id_token_hint()
    {
        var payload = (await client.SignIn()).Id.EncodedPayload;
        var hint = $"{Base64UrlEncoder.Encode("""{"alg":"none"}""")}.{payload}.";
        (await client.EndSession(("id_token_hint", hint), ("post_logout_redirect_uri", SignedOut))).ShouldBeRefused("logout_hint_invalid");
        await client.ShouldBeSignedIn();
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-id-token-hint")]
    public async Task No_id_token_hint()
    {
        await client.SignIn();
        var answer = await client.EndSession(("post_logout_redirect_uri", SignedOut), ("state", "s"));
        answer.Location.ShouldBeNull();
        await client.ShouldBeSignedIn();
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-params")]
    public async Task No_params()
    {
        await client.SignIn();
        await SaysGoodbye(await client.Browser.Submit(await client.EndSession(), "/end_session/confirm"));
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-post-logout-redirect-uri")]
    public async Task No_post_logout_redirect_uri()
    {
        var tokens = await client.SignIn();
        await SaysGoodbye(await client.EndSession(Hint(tokens), ("state", "s")));
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-no-state")]
    public async Task No_state()
    {
        var tokens = await client.SignIn();
        (await client.EndSession(Hint(tokens), ("post_logout_redirect_uri", SignedOut))).Location.ShouldBe(SignedOut);
        await client.ShouldBeSignedOut();
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-only-state")]
    public async Task Only_state()
    {
        await client.SignIn();
        await SaysGoodbye(await client.Browser.Submit(await client.EndSession(("state", "s")), "/end_session/confirm"));
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri")]
    public async Task Query_added_to_post_logout_redirect_uri()
    {
        var tokens = await client.SignIn();
        var answer = await client.EndSession(Hint(tokens), ("post_logout_redirect_uri", SignedOut + "?foo=bar"));
        answer.ShouldBeRefused("unregistered_post_logout_redirect");
        await client.ShouldBeSignedIn();
    }

    [Fact(DisplayName = "oidcc-rp-initiated-logout-bad-id-token-hint")]
    public async Task Bad_id_token_hint()
    {
        var id = (await client.SignIn()).Id;
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var forged = new JsonWebTokenHandler().CreateToken(
            Base64UrlEncoder.Decode(id.EncodedPayload), new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = id.Kid }, SecurityAlgorithms.RsaSha256));
        (await client.EndSession(("id_token_hint", forged), ("post_logout_redirect_uri", SignedOut))).ShouldBeRefused("logout_hint_invalid");
        await client.ShouldBeSignedIn();
    }

    private async Task SaysGoodbye(TestBrowser.Answer answer)
    {
        answer.Location.ShouldBeNull();
        answer.Body.ShouldContain("You are signed out");
        await client.ShouldBeSignedOut();
    }

    private static (string Name, string? Value) Hint(ConformanceClient.Tokens tokens) => ("id_token_hint", tokens.Id.EncodedToken);
}
