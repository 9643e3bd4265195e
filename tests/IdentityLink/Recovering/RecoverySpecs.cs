using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Recovering;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Recovering;

/// <summary>None of somebody's accounts lets them in any more.</summary>
public sealed class RecoverySpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private readonly List<TestBrowser> browsers = [];
    private int instances = 1;

    public async ValueTask InitializeAsync() => await identity.Start(new Dictionary<string, string?>());

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in browsers)
            browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_code_links_a_new_way_in_ends_all_else_and_works_once()
    {
        var home = Browser();
        await home.SignIn("li-na", "weibo");
        var person = await identity.PersonOf(home);
        var code = await MakeCode(home);
        using var party = new RelyingParty(identity, IdentityService.Partner);
        var tokens = await party.SignIn(home, "li-na");
        await Suspend("weibo");
        var lost = Browser();
        var page = await lost.Follow(await EnterCode(lost, code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)));
        page.Body.ShouldNotContain("/recover/at/weibo");

        var account = await lost.Follow(await Recover(lost, "wang", "taobao"));

        account.Text.ShouldContain("Your identity was recovered with a Taobao account.");
        (await identity.PersonOf(lost)).ShouldBe(person);
        (await home.Get("/account")).Location.ShouldBe("/sign-in");
        (await party.Refresh(tokens.RefreshToken)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await EnterCode(Browser(), code)).ShouldBeRefused(RecoverDecision.Invalid);
        var other = Browser();
        await other.SignIn("wang", "taobao");
        (await identity.PersonOf(other)).ShouldBe(person);
        var receipts = await other.Get("/account/receipts");
        receipts.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_two_who_recover_with_one_code_at_once_one_succeeds()
    {
        var code = await CodeOf("li-na");
        var (one, two) = (Browser(), Browser());
        await EnterCode(one, code);
        await EnterCode(two, code);
        var first = await Prove(one, "wang", "taobao");
        var second = await Prove(two, "zhao", "taobao");

        var answers = await Task.WhenAll(one.Submit(first, "/recover/confirm"), two.Submit(second, "/recover/confirm"));

        answers.Count(answer => answer.Location == "/account").ShouldBe(1);
        (await identity.Count("select count(*) from mt_events where type = 'person_recovered'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_code_that_was_replaced_belongs_to_somebody_erased_or_never_was_gets_one_and_the_same_answer()
    {
        var browser = Browser();
        await browser.SignIn("li-na", "weibo");
        var replaced = await MakeCode(browser);
        var last = await MakeCode(browser);
        (await browser.Submit(await browser.Get("/account/erase"), "/account/erase", ("sure", "yes"))).Status.ShouldBe(HttpStatusCode.OK);

        foreach (var code in (string[])[replaced, last, RecoveryCode.New(), "", "no code at all", new string('0', 100)])
            (await EnterCode(Browser(), code)).ShouldBeRefused(RecoverDecision.Invalid);
        (await EnterCode(Browser(), new string('0', 200))).ShouldBeRefused("malformed_request");
    }

    [Fact]
    public async Task A_code_that_is_replaced_while_it_is_used_recovers_nobody()
    {
        var home = Browser();
        await home.SignIn("li-na", "weibo");
        var code = await MakeCode(home);
        var thief = Browser();
        await EnterCode(thief, code);
        var confirm = await Prove(thief, "wang", "taobao");

        await MakeCode(home);

        (await thief.Submit(confirm, "/recover/confirm")).ShouldBeRefused(RecoverDecision.Invalid);
        (await home.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_recovery_takes_no_account_of_another_links_nothing_before_it_is_confirmed_and_holds_in_one_browser()
    {
        await Browser().SignIn("wang", "taobao");
        var code = await CodeOf("li-na");
        var browser = Browser();
        await EnterCode(browser, code);
        var links = await identity.Count("select count(*) from linked_account");

        var others = await Prove(browser, "wang", "taobao");
        (await browser.Submit(others, "/recover/confirm")).ShouldBeRefused("account_belongs_to_another_person", HttpStatusCode.Conflict);
        var confirm = await Prove(browser, "zhao", "taobao");
        (await browser.Get("/recover/confirm?" + Proof(confirm))).Status.ShouldBe(HttpStatusCode.OK);
        var elsewhere = Browser();
        await EnterCode(elsewhere, code);
        (await elsewhere.Get("/recover/confirm?" + Proof(confirm))).ShouldBeRefused("link_proof_invalid");
        (await identity.Count("select count(*) from linked_account")).ShouldBe(links);

        (await browser.Submit(confirm, "/recover/confirm")).Location.ShouldBe("/account");
        (await browser.Submit(confirm, "/recover/confirm")).ErrorCode.ShouldNotBeNull("a form holds once");
    }

    [Fact]
    public async Task Who_is_signed_in_when_the_last_way_in_closes_links_a_new_one_and_nobody_does_while_one_is_open()
    {
        var browser = Browser();
        await browser.SignIn("li-na", "weibo");
        var person = await identity.PersonOf(browser);
        var token = (await browser.Get("/account")).Fields("/account/recovery-code");
        (await browser.Post("/recover/signed-in", token)).ShouldBeRefused(RecoverDecision.Invalid);

        var elsewhere = Browser();
        await elsewhere.SignIn("li-na", "weibo");
        await Suspend("weibo");
        var account = await browser.Get("/account");
        account.Text.ShouldContain("None of your accounts lets anybody in now.");
        (await browser.Submit(account, "/recover/signed-in")).Location.ShouldBe("/recover");
        await browser.Follow(await Recover(browser, "wang", "taobao"));

        (await identity.PersonOf(browser)).ShouldBe(person);
        (await elsewhere.Get("/account")).Location.ShouldBe("/sign-in");
        account = await browser.Get("/account");
        account.Text.ShouldNotContain("None of your accounts lets anybody in now.");
        (await browser.Post("/recover/signed-in", account.Fields("/account/recovery-code"))).ShouldBeRefused(RecoverDecision.Invalid);
    }

    [Fact]
    public async Task Who_recovers_cannot_take_from_the_owner_what_was_theirs_and_the_owner_can_cut_them_off()
    {
        var owner = Browser();
        await owner.SignIn("li-na", "weibo");
        var code = await MakeCode(owner);
        var thief = Browser();
        await EnterCode(thief, code);
        await thief.Follow(await Recover(thief, "wang", "taobao"));

        var account = await thief.Get("/account");
        (await thief.Get(UnlinkOf("weibo", account))).ShouldBeRefused(RecoverDecision.Recent, HttpStatusCode.Conflict);
        (await thief.Submit(await thief.Get("/account/erase"), "/account/erase", ("sure", "yes")))
            .ShouldBeRefused(RecoverDecision.Recent, HttpStatusCode.Conflict);
        await Browser().SignIn("zhao", "taobao");
        (await thief.ProveForLink("zhao", "taobao")).ShouldBeRefused(RecoverDecision.Recent, HttpStatusCode.Conflict);

        account = await owner.SignIn("li-na", "weibo");
        account.Text.ShouldContain("Your identity was recovered with a Taobao account.");
        var unlink = await owner.Get(UnlinkOf("taobao", account));
        (await owner.Submit(unlink, "/account/unlink")).Status.ShouldBe(HttpStatusCode.SeeOther);
        (await thief.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_code_of_somebody_who_was_merged_holds_again_when_that_is_undone()
    {
        var other = Browser();
        await other.SignIn("li-na", "taobao");
        var code = await MakeCode(other);
        var home = Browser();
        await home.SignIn("li-na", "weibo");
        (await home.Submit(await home.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"))).Location.ShouldBe("/account");
        (await EnterCode(Browser(), code)).ShouldBeRefused(RecoverDecision.Invalid);

        var undo = Regex.Match((await home.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        (await home.Submit(await home.Get(undo), undo)).Status.ShouldBe(HttpStatusCode.SeeOther);

        (await EnterCode(Browser(), code)).Location.ShouldBe("/recover");
    }

    [Fact]
    public async Task A_recovery_under_way_can_be_left()
    {
        var code = await CodeOf("li-na");
        var browser = Browser();
        await EnterCode(browser, code);

        (await browser.Submit(await browser.Get("/recover"), "/recover/leave")).Location.ShouldBe("/sign-in");

        (await browser.Get("/recover")).Body.ShouldContain("name=\"code\"");
    }

    [Fact]
    public async Task Making_a_code_needs_a_fresh_sign_in_and_nothing_kept_tells_it()
    {
        var browser = Browser();
        await browser.SignIn("li-na", "weibo");
        var account = await browser.Get("/account");
        var code = await MakeCode(browser);

        var letters = code.Replace("-", "", StringComparison.Ordinal);
        (await identity.Count($"select count(*) from mt_events where data::text like '%{letters}%' or data::text like '%{code}%'")).ShouldBe(0);
        (await identity.Count($"select count(*) from recovery_code where code_hash in ('{letters}', '{code}')")).ShouldBe(0);
        await identity.Sql("update browser_session set authenticated_at = now() - interval '6 minutes'");
        (await browser.Submit(account, "/account/recovery-code")).ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
    }

    [Fact]
    public void A_code_is_read_as_people_write_it_down()
    {
        var code = RecoveryCode.New();
        code.ShouldMatch("^([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]$");
        var hash = RecoveryCode.HashOf(code).ShouldNotBeNull();

        RecoveryCode.HashOf(code.ToLowerInvariant().Replace('0', 'o').Replace('1', 'l')).ShouldBe(hash);
        RecoveryCode.HashOf(code.Replace('-', ' ')).ShouldBe(hash);
        RecoveryCode.HashOf(code[..^1]).ShouldBeNull();
        RecoveryCode.HashOf("U" + code[1..]).ShouldBeNull();
    }

    private static async Task<string> MakeCode(TestBrowser browser)
    {
        var shown = await browser.Submit(await browser.Get("/account"), "/account/recovery-code");
        return Regex.Match(shown.Body, """<code class="code" translate="no">([^<]+)</code>""").Groups[1].Value;
    }

    private static async Task<TestBrowser.Answer> EnterCode(TestBrowser browser, string code) =>
        await browser.Submit(await browser.Get("/recover"), "/recover", ("code", code));

    private static async Task<TestBrowser.Answer> Prove(TestBrowser browser, string somebody, string platform)
    {
        var started = await browser.Submit(await browser.Get("/recover"), $"/recover/at/{platform}");
        return await browser.Follow(await browser.Get(await browser.VisitPlatform(started.Location!, somebody)));
    }

    private static async Task<TestBrowser.Answer> Recover(TestBrowser browser, string somebody, string platform) =>
        await browser.Submit(await Prove(browser, somebody, platform), "/recover/confirm");

    private static string Proof(TestBrowser.Answer confirm) =>
        "proof=" + confirm.Fields("/recover/confirm").Single(field => field.Name == "proof").Value;

    private static string UnlinkOf(string platform, TestBrowser.Answer account) =>
        Regex.Match(account.Text, $"/account/unlink\\?account=account-{platform}[^\"]+").Value;

    private async Task<string> CodeOf(string somebody)
    {
        var browser = Browser();
        await browser.SignIn(somebody, "weibo");
        return await MakeCode(browser);
    }

    /// <summary>A browser that goes to the instance that was started last.</summary>
    private TestBrowser Browser()
    {
        var browser = new TestBrowser(() => identity.Instance(instances - 1), platforms.Port);
        browsers.Add(browser);
        return browser;
    }

    private async Task Suspend(string platform)
    {
        await identity.StartAnother(new Dictionary<string, string?>
        {
            [$"Linking:Suspensions:{platform}"] = DateTimeOffset.UtcNow.AddMinutes(-1).ToString("O", CultureInfo.InvariantCulture),
        });
        instances++;
    }
}
