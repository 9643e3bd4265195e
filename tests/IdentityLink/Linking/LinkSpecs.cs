using System.Net;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Linking;

/// <summary>Each spec has a service of its own: whom an account belongs to is what they are about.</summary>
public sealed class LinkSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task Signing_in_with_either_linked_account_reaches_the_same_person()
    {
        await browser.SignIn("li-na", "weibo");
        var person = await identity.PersonOf(browser);

        var linked = await browser.Follow(await browser.Link("li-na", "taobao"));

        linked.Body.ShouldContain("data-platform=\"taobao\"");
        linked.Body.ShouldContain("Your Taobao account is linked.");
        using var another = new TestBrowser(identity, platforms);
        await another.SignIn("li-na", "taobao");
        (await identity.PersonOf(another)).ShouldBe(person);
    }

    [Fact]
    public async Task A_link_changes_the_session_id_and_keeps_the_session()
    {
        await browser.SignIn("li-na");
        var (before, sid) = (browser.SessionCookie, await identity.SidOf(browser));

        await browser.Link("li-na", "taobao");

        browser.SessionCookie.ShouldNotBe(before);
        (await identity.SidOf(browser)).ShouldBe(sid);
    }

    [Fact]
    public async Task The_callback_links_nothing_before_it_is_confirmed_and_no_get_confirms()
    {
        await browser.SignIn("li-na");
        var confirm = await browser.ProveForLink("li-na", "taobao");

        confirm.Body.ShouldContain("Link this account?");
        (await Links()).ShouldBe(1);
        var proof = confirm.Fields("/account/link").First(f => f.Name == "proof").Value;
        (await browser.Get($"/account/link?proof={proof}")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await Links()).ShouldBe(1);
    }

    [Fact]
    public async Task A_proof_holds_once()
    {
        await browser.SignIn("li-na");
        var confirm = await browser.ProveForLink("li-na", "taobao");
        var proof = confirm.Fields("/account/link").First(f => f.Name == "proof").Value;
        (await browser.Submit(confirm, "/account/link")).Location.ShouldBe("/account?linked=taobao");

        var token = (await browser.Get("/account")).Fields("/account/link/weibo").First(f => f.Name == "form_token");
        (await browser.Post("/account/link", ("proof", proof), token)).ShouldBeRefused("link_proof_invalid");
    }

    [Fact]
    public async Task A_proof_is_good_in_no_other_browser_and_for_no_other_person()
    {
        await browser.SignIn("li-na");
        var proof = (await browser.ProveForLink("li-na", "taobao")).Fields("/account/link").First(f => f.Name == "proof").Value;

        using var another = new TestBrowser(identity, platforms);
        foreach (var person in (string[])["wang", "li-na"])
        {
            await another.SignIn(person, "weibo");
            var token = (await another.Get("/account")).Fields("/account/link/weibo").First(f => f.Name == "form_token");
            (await another.Get($"/account/link/confirm?proof={proof}")).ShouldBeRefused("link_proof_invalid");
            (await another.Post("/account/link", ("proof", proof), token)).ShouldBeRefused("link_proof_invalid");
        }
        (await identity.Count("select count(*) from linked_account where platform = 'taobao'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_proof_that_waited_too_long_links_nothing()
    {
        await browser.SignIn("li-na");
        var confirm = await browser.ProveForLink("li-na", "taobao");
        await identity.Sql("update link_proof set expires_at = now()");

        (await browser.Submit(confirm, "/account/link")).ShouldBeRefused("link_proof_invalid");
        (await Links()).ShouldBe(1);
    }

    [Fact]
    public async Task Linking_needs_a_fresh_sign_in_at_its_start_and_at_its_end()
    {
        await browser.SignIn("li-na");
        var account = await browser.Get("/account");
        var confirm = await browser.ProveForLink("li-na", "taobao");
        await identity.Sql("update browser_session set authenticated_at = now() - interval '6 minutes'");

        (await browser.Submit(account, "/account/link/taobao")).ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
        (await browser.Submit(confirm, "/account/link")).ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
        (await Links()).ShouldBe(1);
    }

    [Fact]
    public async Task An_account_of_another_person_is_not_linked_and_a_merge_is_offered()
    {
        using var wang = new TestBrowser(identity, platforms);
        await wang.SignIn("wang", "taobao");
        await browser.SignIn("li-na", "weibo");

        var offer = await browser.ProveForLink("wang", "taobao");
        offer.Body.ShouldContain("Are these both you?");
        var proof = offer.Fields("/account/merge");
        (await browser.Post("/account/link", proof)).ShouldBeRefused("account_belongs_to_another_person", HttpStatusCode.Conflict);

        using var again = new TestBrowser(identity, platforms);
        await again.SignIn("wang", "taobao");
        (await identity.PersonOf(again)).ShouldBe(await identity.PersonOf(wang));
    }

    [Fact]
    public async Task A_link_begun_by_one_person_is_not_finished_by_another()
    {
        await browser.SignIn("li-na");
        var started = await browser.Submit(await browser.Get("/account"), "/account/link/taobao");
        var callback = await browser.VisitPlatform(started.Location!, "li-na");
        await browser.SignIn("wang");

        // The browser's id changed with the sign-in, and with it what the state is bound to.
        (await browser.Get(callback)).ShouldBeRefused("state_invalid");
        (await identity.Count("select count(*) from link_proof")).ShouldBe(0);
    }

    [Fact]
    public async Task Of_two_persons_who_link_one_account_at_once_exactly_one_gets_it()
    {
        using var wang = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
        await wang.SignIn("wang", "weibo");
        var confirms = new[]
        {
            (Browser: browser, Page: await browser.ProveForLink("zoe", "taobao")),
            (Browser: wang, Page: await wang.ProveForLink("zoe", "taobao")),
        };

        var answers = await Task.WhenAll(confirms.Select(c => c.Browser.Submit(c.Page, "/account/link")));

        answers.Count(a => a.Location == "/account?linked=taobao").ShouldBe(1);
        answers.Single(a => a.Location is null).ShouldBeRefused("account_belongs_to_another_person", HttpStatusCode.Conflict);
        (await identity.Count("select count(*) from mt_events where type = 'account_claimed' and stream_id like 'account-taobao:%'")).ShouldBe(1);
        (await identity.Count("select count(*) from linked_account where platform = 'taobao'")).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_links_without_being_signed_in()
    {
        var token = (await browser.Get("/sign-in")).Fields("/sign-in/weibo").First(f => f.Name == "form_token");
        (await browser.Post("/account/link/taobao", token)).Location.ShouldBe("/sign-in");
        (await browser.Post("/account/link", token, ("proof", "x"))).Location.ShouldBe("/sign-in");
        (await browser.Get("/account/link/confirm?proof=x")).Location.ShouldBe("/sign-in");
    }

    private Task<long> Links() => identity.Count("select count(*) from linked_account");
}
