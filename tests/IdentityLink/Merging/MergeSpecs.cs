using System.Net;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Merging;

/// <summary>Li Na signed in with Weibo before, and with Taobao, and was taken for two persons.</summary>
public sealed class MergeSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser weibo = null!;
    private TestBrowser taobao = null!;
    private Guid first;
    private Guid second;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        (weibo, taobao) = (new TestBrowser(identity, platforms), new TestBrowser(identity, platforms));
        await weibo.SignIn("li-na", "weibo");
        await taobao.SignIn("li-na", "taobao");
        (first, second) = (await identity.PersonOf(weibo), await identity.PersonOf(taobao));
        first.ShouldNotBe(second);
    }

    public async ValueTask DisposeAsync()
    {
        weibo.Dispose();
        taobao.Dispose();
        await identity.DisposeAsync();
    }

    [Theory]
    [InlineData("mine")]
    [InlineData("other")]
    public async Task Either_of_the_two_can_be_kept_and_both_accounts_lead_there(string keep)
    {
        var kept = keep == "mine" ? first : second;

        (await Merge(keep)).Location.ShouldBe("/account");

        (await identity.PersonOf(weibo)).ShouldBe(kept);
        (await weibo.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var platform in (string[])["weibo", "taobao"])
        {
            using var another = new TestBrowser(identity, platforms);
            await another.SignIn("li-na", platform);
            (await identity.PersonOf(another)).ShouldBe(kept);
        }
        // A session of the one who is absorbed is not taken over.
        (await taobao.Get("/account")).Location.ShouldBe(keep == "mine" ? "/sign-in" : null);
    }

    [Fact]
    public async Task The_dry_run_tells_what_would_change_and_changes_nothing()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        await partner.SignIn(weibo, "li-na", "weibo");
        await partner.SignIn(taobao, "li-na", "taobao");
        var events = await identity.Count("select count(*) from mt_events");

        var offer = await weibo.ProveForLink("li-na", "taobao");

        offer.Text.ShouldContain("Accounts that join it: Taobao");
        offer.Text.ShouldContain("Apps whose permission joins it: ");
        offer.Text.ShouldContain("Sessions of the other identity that end: 1.");
        offer.Text.ShouldContain("These apps know both, and will know you only as the one that stays: ");
        (await identity.Count("select count(*) from mt_events")).ShouldBe(events);
    }

    [Fact]
    public async Task A_partner_who_knew_one_of_the_two_goes_on_knowing_the_person_by_the_same_sub_also_after_the_undoing()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var before = await partner.SignIn(taobao, "li-na", "taobao");

        await Merge("mine");
        (await partner.SignIn(weibo, "li-na", "weibo")).Subject.ShouldBe(before.Subject);
        // What was granted through the link holds, for whom the account belongs to now.
        (await partner.UserInfo(before.AccessToken)).Body["sub"]!.GetValue<string>().ShouldBe(before.Subject);

        await Undo(weibo);
        using var again = new TestBrowser(identity, platforms);
        (await partner.SignIn(again, "li-na", "taobao")).Subject.ShouldBe(before.Subject);
        (await identity.PersonOf(again)).ShouldBe(second);
        (await partner.SignIn(weibo, "li-na", "weibo")).Subject.ShouldNotBe(before.Subject);
    }

    [Fact]
    public async Task A_partner_who_knew_both_knows_the_one_who_stays_and_each_again_after_the_undoing()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var kept = await partner.SignIn(weibo, "li-na", "weibo");
        var absorbed = await partner.SignIn(taobao, "li-na", "taobao");

        await Merge("mine");

        (await partner.UserInfo(kept.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);
        (await partner.UserInfo(absorbed.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await partner.Refresh(absorbed.RefreshToken)).ShouldBeError("invalid_grant");
        using var viaTaobao = new TestBrowser(identity, platforms);
        (await partner.SignIn(viaTaobao, "li-na", "taobao")).Subject.ShouldBe(kept.Subject);

        await Undo(weibo);
        using var again = new TestBrowser(identity, platforms);
        (await partner.SignIn(again, "li-na", "taobao")).Subject.ShouldBe(absorbed.Subject);
        (await partner.SignIn(weibo, "li-na", "weibo")).Subject.ShouldBe(kept.Subject);
    }

    [Fact]
    public async Task What_came_after_a_merge_stays_and_what_was_given_up_does_not_come_back()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        using var other = new RelyingParty(identity, IdentityService.OtherPartner);
        await partner.SignIn(taobao, "li-na", "taobao");
        await Merge("mine");
        await other.SignIn(weibo, "li-na", "weibo");
        await weibo.Link("wang", "weibo");
        await Withdraw(weibo, IdentityService.Partner);

        await Undo(weibo);

        (await Accounts(first)).ShouldBe(["weibo", "weibo"]);
        (await Accounts(second)).ShouldBe(["taobao"]);
        (await weibo.Get("/account")).Body.ShouldContain($"value=\"{IdentityService.OtherPartner}\"");
        using var again = new TestBrowser(identity, platforms);
        await again.SignIn("li-na", "taobao");
        (await again.Get("/account")).Body.ShouldNotContain($"value=\"{IdentityService.Partner}\"");
    }

    [Fact]
    public async Task A_withdrawal_ends_what_either_of_the_two_had_granted_and_undoing_the_merge_does_not_bring_it_back()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var tokens = await partner.SignIn(taobao, "li-na", "taobao");
        await Merge("mine");
        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);

        await Withdraw(weibo, IdentityService.Partner);

        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await Undo(weibo);
        (await partner.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task What_was_withdrawn_before_a_merge_does_not_come_back_by_it()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var tokens = await partner.SignIn(taobao, "li-na", "taobao");
        await Withdraw(taobao, IdentityService.Partner);

        await Merge("mine");

        (await partner.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Several_merges_are_undone_in_any_order()
    {
        using var wang = new TestBrowser(identity, platforms);
        await wang.SignIn("wang", "weibo");
        var third = await identity.PersonOf(wang);
        // Second into first, then first into third: the second is part of a part.
        await Merge("mine");
        await Merge(wang, "li-na", "weibo", "mine");
        (await Accounts(third)).ShouldBe(["taobao", "weibo", "weibo"]);

        await Undo(wang, merge: 0);
        (await Accounts(second)).ShouldBe(["taobao"]);
        (await Accounts(third)).ShouldBe(["weibo", "weibo"]);
        await Undo(wang);

        (await Accounts(first)).ShouldBe(["weibo"]);
        (await Accounts(third)).ShouldBe(["weibo"]);
    }

    [Fact]
    public async Task Undoing_the_outer_of_two_merges_gives_back_the_inner_one_with_it()
    {
        using var wang = new TestBrowser(identity, platforms);
        await wang.SignIn("wang", "weibo");
        await Merge("mine");
        await Merge(wang, "li-na", "weibo", "mine");

        await Undo(wang, merge: 1);

        (await Accounts(first)).ShouldBe(["taobao", "weibo"]);
        using var again = new TestBrowser(identity, platforms);
        await again.SignIn("li-na", "weibo");
        await Undo(again);
        (await Accounts(first)).ShouldBe(["weibo"]);
        (await Accounts(second)).ShouldBe(["taobao"]);
    }

    [Fact]
    public async Task A_split_that_would_lock_somebody_out_is_refused()
    {
        await Merge("mine");
        var account = await weibo.Get("/account");
        var address = Regex.Match(account.Text, "/account/unlink\\?account=account-taobao[^\"]+").Value;
        await weibo.Submit(await weibo.Get(address), "/account/unlink");

        var undo = UndoAddresses(account).Single();
        (await weibo.Get(undo)).ShouldBeRefused("split_leaves_no_way_in", HttpStatusCode.Conflict);
        await weibo.Link("li-na", "taobao");
        // Linked anew it is the first's own, and not what the second brought.
        (await weibo.Get(undo)).ShouldBeRefused("split_leaves_no_way_in", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_merge_needs_a_fresh_sign_in_and_a_proof_that_holds_once()
    {
        var offer = await weibo.ProveForLink("li-na", "taobao");
        (await weibo.Submit(offer, "/account/merge", ("keep", "somebody"))).ShouldBeRefused("malformed_request");
        await identity.Sql("update browser_session set authenticated_at = now() - interval '6 minutes'");
        (await weibo.Submit(offer, "/account/merge", ("keep", "mine"))).ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
        await identity.Sql("update browser_session set authenticated_at = now()");

        (await weibo.Submit(offer, "/account/merge", ("keep", "mine"))).ShouldBeRefused("link_proof_invalid");
        (await Accounts(first)).ShouldBe(["weibo"]);
    }

    [Fact]
    public async Task A_merge_undone_twice_is_undone_once()
    {
        await Merge("mine");
        var page = await weibo.Get(UndoAddresses(await weibo.Get("/account")).Single());
        var action = Regex.Match(page.Body, "action=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        await weibo.Submit(page, action);

        var token = (await weibo.Get("/account")).Fields("/account/link/taobao").Single(field => field.Name == "form_token");
        (await weibo.Post(action, token)).ShouldBeRefused("merge_unknown", HttpStatusCode.NotFound);
    }

    private Task<TestBrowser.Answer> Merge(string keep) => Merge(weibo, "li-na", "taobao", keep);

    private static async Task<TestBrowser.Answer> Merge(TestBrowser browser, string person, string platform, string keep)
    {
        var offer = await browser.ProveForLink(person, platform);
        return await browser.Submit(offer, "/account/merge", ("keep", keep));
    }

    private static async Task Undo(TestBrowser browser, int merge = 0)
    {
        var address = UndoAddresses(await browser.Get("/account"))[merge];
        (await browser.Submit(await browser.Get(address), address)).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    private static async Task Withdraw(TestBrowser browser, string clientId)
    {
        var token = (await browser.Get("/account")).Fields("/account/consents/withdraw").First(field => field.Name == "form_token");
        (await browser.Post("/account/consents/withdraw", token, ("client_id", clientId))).Location.ShouldBe("/account");
    }

    private static string[] UndoAddresses(TestBrowser.Answer accountPage) =>
        [.. Regex.Matches(accountPage.Body, "href=\"(/account/merges/[^\"]+/undo)\"").Select(match => match.Groups[1].Value)];

    private async Task<List<string>> Accounts(Guid person)
    {
        var found = new List<string>();
        await using var command = identity.Database.CreateCommand("select platform from linked_account where person_id = $1 order by platform");
        command.Parameters.AddWithValue(person);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }
}
