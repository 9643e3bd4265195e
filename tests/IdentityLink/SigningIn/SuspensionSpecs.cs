using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Passkeys;

namespace Hutong.IdentityLink.Tests.SigningIn;

/// <summary>A platform is cut off, by itself or by us.</summary>
public sealed class SuspensionSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    [Fact]
    public async Task People_who_know_no_other_way_in_are_asked_for_one_before_a_platform_is_suspended()
    {
        await using var identity = await Start("weibo", DateTimeOffset.UtcNow.AddDays(30));
        using var browser = new TestBrowser(identity, platforms);
        var account = await browser.SignIn("li-na", "weibo");
        account.Text.ShouldContain("Link another account or add a passkey now");

        await browser.Link("li-na", "taobao");

        (await browser.Get("/account")).Text.ShouldNotContain("Link another account or add a passkey now");
    }

    [Fact]
    public async Task Who_is_on_the_way_to_an_app_is_asked_for_another_way_in_and_may_go_on()
    {
        await using var identity = await Start("weibo", DateTimeOffset.UtcNow.AddDays(30));
        using var browser = new TestBrowser(identity, platforms);
        using var party = new RelyingParty(identity, IdentityService.Site);
        var signIn = await browser.Follow(await browser.Get(party.AuthorizeAddress()));

        var asked = await browser.SignIn(signIn, "li-na", "weibo");

        asked.Text.ShouldContain("After that you cannot sign in, unless you add another way now.");
        var goOn = Regex.Match(asked.Text, "/authorize/resume\\?request=[^\"]+").Value;
        (await browser.Follow(await browser.Get(goOn))).LocationQuery.ShouldContainKey("code");
        await browser.Link("li-na", "taobao");
        var later = await browser.Follow(await browser.Get(party.AuthorizeAddress(("prompt", "login"))));
        (await browser.SignIn(later, "li-na", "weibo")).LocationQuery.ShouldContainKey("code");
    }

    [Fact]
    public async Task A_suspended_platform_lets_nobody_in_and_what_is_linked_stays()
    {
        await using var identity = new IdentityService(servers, platforms);
        await identity.Start(new Dictionary<string, string?>());
        using var browser = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
        await browser.Link("li-na", "taobao");
        var person = await identity.PersonOf(browser);
        var callback = await browser.VisitPlatform((await browser.Submit(await browser.Get("/sign-in"), "/sign-in/weibo")).Location!, "li-na");

        await identity.StartAnother(Suspending("weibo", DateTimeOffset.UtcNow.AddMinutes(-1)));

        using var after = new TestBrowser(() => identity.Instance(1), platforms.Port);
        foreach (var (name, value) in browser.Cookies)
            after.Cookies[name] = value;
        var signIn = await after.Get("/sign-in");
        signIn.Body.ShouldNotContain("action=\"/sign-in/weibo\"");
        signIn.Text.ShouldContain("Signing in with Weibo is suspended.");
        var token = signIn.Fields("/sign-in/taobao").Single(field => field.Name == "form_token");
        (await after.Post("/sign-in/weibo", token)).ShouldBeRefused("platform_suspended", HttpStatusCode.ServiceUnavailable);
        // Neither does an answer to what was begun before.
        (await after.Get(callback)).ShouldBeRefused("platform_suspended", HttpStatusCode.ServiceUnavailable);
        using var other = new TestBrowser(() => identity.Instance(1), platforms.Port);
        var account = await other.SignIn("li-na", "taobao");
        (await identity.PersonOf(other)).ShouldBe(person);
        account.Text.ShouldContain("(suspended: it is kept, and lets nobody in for now)");

        // It does not count as a way in: the other account cannot be unlinked.
        var taobao = Regex.Match(account.Text, "/account/unlink\\?account=account-taobao[^\"]+").Value;
        (await other.Get(taobao)).ShouldBeRefused("last_way_in", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Passkeys_can_be_suspended_like_a_platform()
    {
        await using var identity = new IdentityService(servers, platforms);
        await identity.Start(new Dictionary<string, string?>());
        using var browser = new TestBrowser(identity, platforms);
        var authenticator = new SoftwareAuthenticator();
        await browser.RegisterWithPasskey(authenticator);

        await identity.StartAnother(Suspending("passkey", DateTimeOffset.UtcNow.AddMinutes(-1)));

        using var after = new TestBrowser(() => identity.Instance(1), platforms.Port);
        (await after.SignInWithPasskey(authenticator)).ShouldBeRefused("platform_suspended", HttpStatusCode.ServiceUnavailable);
        (await after.RegisterWithPasskey(new SoftwareAuthenticator())).ShouldBeRefused("platform_suspended", HttpStatusCode.ServiceUnavailable);
        (await identity.Count("select count(*) from person_key")).ShouldBe(1);
    }

    private async Task<IdentityService> Start(string platform, DateTimeOffset from)
    {
        var identity = new IdentityService(servers, platforms);
        await identity.Start(Suspending(platform, from));
        return identity;
    }

    private static Dictionary<string, string?> Suspending(string platform, DateTimeOffset from) =>
        new() { [$"Linking:Suspensions:{platform}"] = from.ToString("O", CultureInfo.InvariantCulture) };
}
