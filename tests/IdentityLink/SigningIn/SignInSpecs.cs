using System.Net;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Tests.SigningIn;

[Collection<OneService>]
public sealed class SignInSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);

    public void Dispose() => browser.Dispose();

    [Theory]
    [InlineData("weibo", "chen")]
    [InlineData("taobao", "zhao")]
    [InlineData("taobao", "zoe")]
    public async Task The_first_sign_in_registers_a_person_and_later_ones_reach_the_same(string platform, string person)
    {
        var account = await browser.SignIn(person, platform);
        account.Status.ShouldBe(HttpStatusCode.OK);
        account.Body.ShouldContain($"data-platform=\"{platform}\"");
        var first = await identity.PersonOf(browser);

        using var another = new TestBrowser(identity, platforms);
        await another.SignIn(person, platform);
        (await identity.PersonOf(another)).ShouldBe(first);
    }

    [Fact]
    public async Task Two_first_sign_ins_with_one_account_at_once_register_one_person()
    {
        var persons = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var one = new TestBrowser(identity, platforms);
            (await one.SignIn("wang", "taobao")).Status.ShouldBe(HttpStatusCode.OK);
            return await identity.PersonOf(one);
        }));

        persons.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_session_id_changes_at_sign_in()
    {
        await browser.Get("/sign-in");
        var before = browser.SessionCookie;

        await browser.SignIn("li-na");

        browser.SessionCookie.ShouldNotBe(before);
        using var thief = new TestBrowser(identity, platforms);
        thief.Cookies["__Host-hutong-browser"] = before;
        (await thief.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Signing_in_again_keeps_the_session_and_changes_its_id()
    {
        await browser.SignIn("li-na");
        var (before, sid) = (browser.SessionCookie, await identity.SidOf(browser));

        await browser.SignIn("li-na");

        browser.SessionCookie.ShouldNotBe(before);
        (await identity.SidOf(browser)).ShouldBe(sid);
    }

    [Fact]
    public async Task A_replayed_callback_signs_nobody_in()
    {
        var callback = await Callback();
        (await browser.Get(callback)).Location.ShouldBe("/account");

        using var replay = new TestBrowser(identity, platforms);
        foreach (var (name, value) in browser.Cookies)
            replay.Cookies[name] = value;
        (await replay.Get(callback)).ShouldBeRefused("state_invalid");
    }

    [Fact]
    public async Task A_callback_in_another_browser_signs_nobody_in_and_does_not_spoil_it_for_the_first()
    {
        var callback = await Callback();

        using var victim = new TestBrowser(identity, platforms);
        await victim.Get("/sign-in");
        (await victim.Get(callback)).ShouldBeRefused("state_invalid");
        (await victim.Get("/account")).Location.ShouldBe("/sign-in");

        (await browser.Get(callback)).Location.ShouldBe("/account");
    }

    [Fact]
    public async Task A_tampered_or_missing_state_signs_nobody_in()
    {
        var callback = await Callback();
        (await browser.Get(callback.Replace("state=", "state=x", StringComparison.Ordinal))).ShouldBeRefused("state_invalid");
        (await browser.Get(callback[..callback.IndexOf("&state=", StringComparison.Ordinal)])).ShouldBeRefused("state_invalid");
    }

    [Fact]
    public async Task A_state_made_for_one_platform_is_no_good_for_another()
    {
        var callback = await Callback();
        (await browser.Get(callback.Replace("/callback/weibo", "/callback/taobao", StringComparison.Ordinal))).ShouldBeRefused("state_invalid");
    }

    [Fact]
    public async Task A_state_is_over_after_a_quarter_of_an_hour()
    {
        var callback = await Callback();
        await identity.Sql("update callback_state set expires_at = now()");
        (await browser.Get(callback)).ShouldBeRefused("state_invalid");
    }

    [Fact]
    public async Task A_code_the_platform_does_not_know_signs_nobody_in()
    {
        var callback = new Uri(await Callback());
        var state = QueryHelpers.ParseQuery(callback.Query)["state"].ToString();
        (await browser.Get($"/callback/weibo?code=made-up&state={state}")).ShouldBeRefused("platform_refused");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Refusing_at_the_platform_leads_back_to_the_ways_in()
    {
        var started = await browser.Submit(await browser.Get("/sign-in"), "/sign-in/weibo");
        var denied = await browser.Get(await browser.VisitPlatform(started.Location!, "li-na", decision: "deny"));
        denied.ShouldBeRefused("platform_denied", HttpStatusCode.Forbidden);
        denied.Body.ShouldContain("href=\"/sign-in\"");
    }

    [Fact]
    public async Task Malformed_callbacks_are_refused()
    {
        (await browser.Get("/callback/weibo?state=a&state=b")).ShouldBeRefused("malformed_request");
        (await browser.Get($"/callback/weibo?code={new string('c', 3000)}&state=a")).ShouldBeRefused("malformed_request");
        (await browser.Get("/callback/weibo?code=%00&state=a")).ShouldBeRefused("malformed_request");
    }

    [Fact]
    public async Task An_unknown_platform_is_refused()
    {
        var page = await browser.Get("/sign-in");
        (await browser.Post("/sign-in/nowhere", page.Fields("/sign-in/weibo"))).ShouldBeRefused("unknown_platform", HttpStatusCode.NotFound);
        (await browser.Get("/callback/nowhere?code=a&state=b")).ShouldBeRefused("unknown_platform", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_form_from_elsewhere_begins_nothing()
    {
        await browser.Get("/sign-in");
        (await browser.Post("/sign-in/weibo")).ShouldBeRefused("form_expired");
        using var another = new TestBrowser(identity, platforms);
        var theirs = (await another.Get("/sign-in")).Fields("/sign-in/weibo");
        (await browser.Post("/sign-in/weibo", theirs)).ShouldBeRefused("form_expired");
        (await browser.Post("/sign-in/weibo", [.. theirs, .. theirs])).ShouldBeRefused("malformed_request");
        (await browser.Get("/sign-in/weibo")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Somebody_else_signing_in_ends_the_session_of_who_was_there()
    {
        await browser.SignIn("li-na");
        var before = await identity.SidOf(browser);

        await browser.SignIn("wang");

        (await identity.SidOf(browser)).ShouldNotBe(before);
        (await identity.Count("select count(*) from browser_session where sid = $1", before)).ShouldBe(0);
    }

    private async Task<string> Callback()
    {
        var started = await browser.Submit(await browser.Get("/sign-in"), "/sign-in/weibo");
        return await browser.VisitPlatform(started.Location!, "li-na");
    }
}
