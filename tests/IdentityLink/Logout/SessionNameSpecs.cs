using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Logout;

[Collection<OneService>]
public sealed class SessionNameSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
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
    public async Task Partners_know_one_session_by_different_names_and_each_is_told_by_its_own()
    {
        var here = await IdToken(partner);
        var there = await IdToken(other);
        var sid = await identity.SidOf(browser);
        string[] names = [here.GetClaim("sid").Value, there.GetClaim("sid").Value, sid.ToString()];
        names.Distinct().Count().ShouldBe(3);
        (await IdToken(partner)).GetClaim("sid").Value.ShouldBe(names[0], "it is the same session");

        // By its own id token a partner ends the session at once.
        await browser.Get($"/end_session?id_token_hint={here.EncodedToken}");

        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
        await Eventually.True(() => identity.Logouts.Told(sid).Count() == 2);
        identity.Logouts.Told(sid).Single(told => told.Client == partner.ClientId).Token.GetClaim("sid").Value.ShouldBe(names[0]);
        identity.Logouts.Told(sid).Single(told => told.Client == other.ClientId).Token.GetClaim("sid").Value.ShouldBe(names[1]);
    }

    private async Task<JsonWebToken> IdToken(RelyingParty party)
    {
        await party.SignIn(browser, "li-na");
        var (_, tokens) = await party.Redeem((await browser.Get(party.AuthorizeAddress(("prompt", "none")))).LocationQuery["code"]);
        return new(tokens["id_token"]!.GetValue<string>());
    }
}
