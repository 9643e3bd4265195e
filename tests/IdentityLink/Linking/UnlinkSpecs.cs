using System.Net;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Linking;

public sealed class UnlinkSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task An_unlinked_account_leads_to_somebody_new_and_a_relink_works_at_once()
    {
        await browser.Link("li-na", "taobao");
        var person = await identity.PersonOf(browser);

        var asked = await browser.Get(UnlinkAddress(await browser.Get("/account"), "taobao"));
        asked.Text.ShouldContain("Signing in with it no longer leads to you.");
        asked.Text.ShouldContain("You can still sign in with: Weibo");
        (await browser.Submit(asked, "/account/unlink")).Location.ShouldBe("/account");
        (await browser.Get("/account")).Text.ShouldContain("A Taobao account was unlinked.");

        (await browser.Link("li-na", "taobao")).Location.ShouldBe("/account?linked=taobao");
        using var another = new TestBrowser(identity, platforms);
        await another.SignIn("li-na", "taobao");
        (await identity.PersonOf(another)).ShouldBe(person);
    }

    [Fact]
    public async Task The_last_way_in_is_not_unlinked()
    {
        await browser.Link("li-na", "taobao");
        var account = await browser.Get("/account");
        var (weibo, taobao) = (await browser.Get(UnlinkAddress(account, "weibo")), await browser.Get(UnlinkAddress(account, "taobao")));
        await browser.Submit(taobao, "/account/unlink");

        // The form is an old one; the page does not offer it any more.
        var token = (await browser.Get("/account")).Fields("/account/link/taobao").Single(field => field.Name == "form_token");
        var last = weibo.Fields("/account/unlink").Single(field => field.Name == "account");
        (await browser.Post("/account/unlink", token, last)).ShouldBeRefused("last_way_in", HttpStatusCode.Conflict);
        (await browser.Get($"/account/unlink?account={Uri.EscapeDataString(last.Value)}")).ShouldBeRefused("last_way_in", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Of_two_who_unlink_the_last_two_ways_in_at_once_one_is_refused()
    {
        await browser.Link("li-na", "taobao");
        using var other = new TestBrowser(identity, platforms);
        await other.SignIn("li-na", "taobao");
        var forms = new[]
        {
            await browser.Get(UnlinkAddress(await browser.Get("/account"), "taobao")),
            await other.Get(UnlinkAddress(await other.Get("/account"), "weibo")),
        };

        var answers = await Task.WhenAll(browser.Submit(forms[0], "/account/unlink"), other.Submit(forms[1], "/account/unlink"));

        // The other is refused, or finds the session ended that it began with the account just unlinked.
        answers.Count(answer => answer.Location == "/account").ShouldBe(1);
        (await identity.Count("select count(*) from linked_account")).ShouldBe(1);
    }

    [Fact]
    public async Task Sessions_and_tokens_obtained_through_a_link_end_with_it_and_do_not_come_back_with_a_relink()
    {
        await browser.Link("li-na", "taobao");
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        using var viaTaobao = new TestBrowser(identity, platforms);
        var tokens = await partner.SignIn(viaTaobao, "li-na", "taobao");
        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);

        await browser.Submit(await browser.Get(UnlinkAddress(await browser.Get("/account"), "taobao")), "/account/unlink");

        (await viaTaobao.Get("/account")).Location.ShouldBe("/sign-in");
        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await partner.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
        identity.Logouts.Received.Select(told => told.Client).ShouldBe([IdentityService.Partner]);
        await browser.Link("li-na", "taobao");
        (await viaTaobao.Get("/account")).Location.ShouldBe("/sign-in");
        (await partner.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task What_hangs_on_a_link_ends_with_the_commit_even_if_nobody_comes_to_tidy_up()
    {
        await browser.Link("li-na", "taobao");
        using var viaTaobao = new TestBrowser(identity, platforms);
        await viaTaobao.SignIn("li-na", "taobao");

        // As after a crash between the commit and the ending of sessions.
        await identity.Sql("delete from linked_account where platform = 'taobao'");

        (await viaTaobao.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Unlinking_the_account_in_use_signs_out()
    {
        await browser.Link("li-na", "taobao");
        var asked = await browser.Get(UnlinkAddress(await browser.Get("/account"), "weibo"));
        asked.Text.ShouldContain("you will have to sign in again");

        (await browser.Submit(asked, "/account/unlink")).Location.ShouldBe("/sign-in");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Unlinking_needs_a_fresh_sign_in_and_an_account_of_ones_own()
    {
        await browser.Link("li-na", "taobao");
        var asked = await browser.Get(UnlinkAddress(await browser.Get("/account"), "taobao"));
        (await browser.Get("/account/unlink?account=account-weibo:nobody")).ShouldBeRefused("account_not_linked", HttpStatusCode.NotFound);
        (await browser.Get("/account/unlink")).ShouldBeRefused("account_not_linked", HttpStatusCode.NotFound);
        await identity.Sql("update browser_session set authenticated_at = now() - interval '6 minutes'");

        (await browser.Submit(asked, "/account/unlink")).ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
        (await identity.Count("select count(*) from linked_account")).ShouldBe(2);
    }

    [Fact]
    public async Task A_person_is_told_of_links_and_can_put_the_notices_away()
    {
        await browser.Link("li-na", "taobao");
        var page = await browser.Get("/account");
        page.Text.ShouldContain("A Taobao account was linked.");

        await browser.Submit(page, "/account/notices/seen");

        (await browser.Get("/account")).Text.ShouldNotContain("A Taobao account was linked.");
    }

    private static string UnlinkAddress(TestBrowser.Answer accountPage, string platform) =>
        Regex.Matches(accountPage.Text, "/account/unlink\\?account=([^\"]+)").Select(match => match.Value)
            .Single(address => address.Contains($"account-{platform}", StringComparison.Ordinal));
}
