using System.Net;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Passkeys;

/// <summary>What happens to the links of accounts happens to passkeys as well.</summary>
public sealed class PasskeyLinkSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private readonly SoftwareAuthenticator authenticator = new();
    private TestBrowser browser = null!;
    private TestBrowser another = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        (browser, another) = (new TestBrowser(identity, platforms), new TestBrowser(identity, platforms));
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        another.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task An_unlinked_passkey_lets_nobody_in_registers_nobody_and_its_sessions_end()
    {
        await browser.SignIn("li-na");
        await browser.AddPasskey(authenticator);
        await another.SignInWithPasskey(authenticator);
        (await another.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);

        (await Unlink("passkey")).Location.ShouldBe("/account");

        (await another.Get("/account")).Location.ShouldBe("/sign-in");
        (await another.SignInWithPasskey(authenticator)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        (await identity.Count("select count(*) from passkey")).ShouldBe(0);
        (await identity.Count("select count(*) from mt_events where type = 'person_registered'")).ShouldBe(1);
        (await browser.AddPasskey(new SoftwareAuthenticator())).Location.ShouldBe("/account?linked=passkey");
    }

    [Fact]
    public async Task A_passkey_is_a_way_in_and_the_last_one_stays()
    {
        await browser.SignIn("li-na");
        await browser.AddPasskey(authenticator);
        await another.SignInWithPasskey(authenticator);
        var form = await another.Get(UnlinkAddress(await another.Get("/account"), "passkey"));

        // The session that began with it ends with it.
        (await Unlink("weibo")).Location.ShouldBe("/sign-in");

        (await another.Submit(form, "/account/unlink")).ShouldBeRefused("last_way_in", HttpStatusCode.Conflict);
        (await another.SignInWithPasskey(authenticator)).Location.ShouldBe("/account");
    }

    [Fact]
    public async Task A_passkey_follows_its_account_through_a_merge_and_back()
    {
        await another.RegisterWithPasskey(authenticator);
        var newcomer = await identity.PersonOf(another);
        await browser.SignIn("li-na");
        var liNa = await identity.PersonOf(browser);

        var offer = await another.ProveForLink("li-na", "weibo");
        (await another.Submit(offer, "/account/merge", ("keep", "other"))).Location.ShouldBe("/account");
        (await another.SignInWithPasskey(authenticator)).Location.ShouldBe("/account");
        (await identity.PersonOf(another)).ShouldBe(liNa);

        var undo = Regex.Match((await another.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        await another.Submit(await another.Get(undo), undo);
        (await another.SignInWithPasskey(authenticator)).Location.ShouldBe("/account");
        (await identity.PersonOf(another)).ShouldBe(newcomer);
    }

    private async Task<TestBrowser.Answer> Unlink(string platform) =>
        await browser.Submit(await browser.Get(UnlinkAddress(await browser.Get("/account"), platform)), "/account/unlink");

    private static string UnlinkAddress(TestBrowser.Answer accountPage, string platform) =>
        Regex.Matches(accountPage.Text, "/account/unlink\\?account=([^\"]+)").Select(match => match.Value)
            .Single(address => address.Contains($"account-{platform}", StringComparison.Ordinal));
}
