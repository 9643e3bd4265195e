using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Certification;

/// <summary>The modules of the "Back-Channel Logout OP" certification plan.</summary>
[Collection<OneService>]
public sealed class BackchannelLogoutSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    private readonly ConformanceClient client = new(identity, platforms);

    public void Dispose() => client.Dispose();

    [Fact(DisplayName = "oidcc-backchannel-logout-discovery-endpoint-verification")]
    public async Task Discovery()
    {
        var document = await client.Discovery();
        document["backchannel_logout_supported"]!.GetValue<bool>().ShouldBeTrue();
        document["backchannel_logout_session_supported"]!.GetValue<bool>().ShouldBeTrue();
        document["end_session_endpoint"].ShouldNotBeNull();
    }

    [Fact(DisplayName = "oidcc-backchannel-rp-initiated-logout")]
    public async Task Rp_initiated()
    {
        var tokens = await client.SignIn();
        var sid = tokens.Id.GetClaim("sid").Value;
        var signedOut = IdentityService.SignedOutUri(client.Party.ClientId);

        var answer = await client.EndSession(
            ("id_token_hint", tokens.Id.EncodedToken), ("post_logout_redirect_uri", signedOut), ("state", "s"));

        answer.Location.ShouldBe($"{signedOut}?state=s");
        await Eventually.True(() => Told().Any());
        var logout = Told().Single();
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(logout.EncodedToken, new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = client.Party.ClientId,
            ValidAlgorithms = [tokens.Id.Alg],
            IssuerSigningKeys = (await client.Keys()).GetSigningKeys(),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        logout.Subject.ShouldBe(tokens.Id.Subject);
        logout.Id.ShouldNotBeNullOrEmpty();
        logout.Claims.ShouldNotContain(claim => claim.Type == "nonce");
        logout.GetPayloadValue<System.Text.Json.JsonElement>("events").GetRawText().ShouldBe("{\"" + Event + "\":{}}");
        await client.ShouldBeSignedOut();

        IEnumerable<JsonWebToken> Told() =>
            identity.Logouts.Received.Select(received => new JsonWebToken(received.Token)).Where(token => token.GetClaim("sid").Value == sid);
    }
}
