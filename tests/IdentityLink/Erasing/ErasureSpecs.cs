extern alias simulators;

using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Passkeys;
using Microsoft.Extensions.DependencyInjection;
using DemoPeople = simulators::Hutong.Simulators.People.DemoPeople;

namespace Hutong.IdentityLink.Tests.Erasing;

public sealed class ErasureSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
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
    public async Task The_export_holds_what_is_known_in_the_clear_and_is_for_the_person_alone()
    {
        await browser.Link("li-na", "taobao");
        var li = DemoPeople.Find("li-na")!;

        var answer = await browser.Get("/account/export");

        answer.Headers["Content-Disposition"].ShouldContain("attachment");
        answer.Headers["Cache-Control"].ShouldContain("no-store");
        var export = JsonNode.Parse(answer.Body)!;
        var accounts = export["accounts"]!.AsArray();
        accounts.Select(account => account!["platform"]!.GetValue<string>()).ShouldBe(["weibo", "taobao"]);
        accounts[0]!["displayName"]!.GetValue<string>().ShouldBe(li.Weibo!.ScreenName);
        accounts[0]!["subject"]!.GetValue<string>().ShouldNotBeNullOrEmpty();
        export["sessions"]!.AsArray().Count.ShouldBe(1);
        export["history"]!.AsArray().Select(entry => entry!["what"]!.GetValue<string>()).ShouldContain("person_registered");
        export["notices"]!.AsArray().Select(told => told!["platform"]!.GetValue<string>()).ShouldBe(["taobao"]);
        var receipts = await browser.Get("/account/receipts");
        export["receipts"]!.AsArray().Single()!["receipts"]!.ToJsonString().ShouldBe(JsonNode.Parse(receipts.Body)!["receipts"]!.ToJsonString());
        using var stranger = new TestBrowser(identity, platforms);
        (await stranger.Get("/account/export")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task An_export_comes_as_often_as_it_is_asked_for()
    {
        for (var time = 0; time < 20; time++)
            (await browser.Get("/account/export")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_export_has_every_notice_and_passkey_however_many_there_are()
    {
        var person = await identity.PersonOf(browser);
        await identity.Sql(
            "insert into notice (id, person_id, kind, at) select gen_random_uuid(), $1, 'AccountLinked', now() - n % 7 * interval '1 day' from generate_series(1, 1234) n",
            person);
        var authenticator = new SoftwareAuthenticator();
        await browser.AddPasskey(authenticator);

        var export = JsonNode.Parse((await browser.Get("/account/export")).Body)!;

        export["notices"]!.AsArray().Count.ShouldBe(1235);
        export["passkeys"]!.AsArray().Single()!["credentialId"]!.GetValue<string>()
            .ShouldBe(export["accounts"]!.AsArray().Single(account => account!["platform"]!.GetValue<string>() == "passkey")!["subject"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_erased_person_cannot_be_read_and_their_accounts_make_somebody_new()
    {
        await browser.Link("li-na", "taobao");
        var person = await identity.PersonOf(browser);
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var tokens = await partner.SignIn(browser, "li-na");

        var erased = await Erase(browser);

        erased.Text.ShouldContain("Your identity is erased");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await partner.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
        identity.Logouts.Received.Select(told => told.Client).ShouldBe([IdentityService.Partner]);
        (await identity.Services.GetRequiredService<PersonKeys>().Find(person)).ShouldBeNull();
        (await identity.Count("select count(*) from linked_account where person_id = $1", person)).ShouldBe(0);
        (await identity.Count("select count(*) from subject where person_id = $1", person)).ShouldBe(0);
        using var again = new TestBrowser(identity, platforms);
        await again.SignIn("li-na", "taobao");
        (await identity.PersonOf(again)).ShouldNotBe(person);
        (await partner.SignIn(again, "li-na", "taobao")).Subject.ShouldNotBe(tokens.Subject);
    }

    [Fact]
    public async Task No_value_of_the_person_is_left_in_any_table_and_their_streams_are_whole()
    {
        await browser.Link("li-na", "taobao");
        var person = await identity.PersonOf(browser);
        var before = await Stream(person);
        var li = DemoPeople.Find("li-na")!;
        string[] values = [li.Weibo!.ScreenName, li.Taobao!.Nick];
        foreach (var value in values)
            (await identity.Find(value)).ShouldBe(["linked_account"]);

        await Erase(browser);

        foreach (var value in values)
            (await identity.Find(value)).ShouldBeEmpty();
        foreach (var table in (string[])["linked_account", "subject", "notice", "consent_withdrawal", "token_grant", "browser_session", "person_key"])
            (await identity.Count($"select count(*) from {table} where person_id = $1", person)).ShouldBe(0, table);
        var after = await Stream(person);
        after.Take(before.Count).ShouldBe(before);
        after[^1].ShouldBe("person_erased");
    }

    [Fact]
    public async Task Whoever_was_merged_into_a_person_is_erased_with_them()
    {
        using var taobao = new TestBrowser(identity, platforms);
        await taobao.SignIn("li-na", "taobao");
        var absorbed = await identity.PersonOf(taobao);
        var offer = await browser.ProveForLink("li-na", "taobao");
        await browser.Submit(offer, "/account/merge", ("keep", "mine"));

        await Erase(browser);

        (await identity.Services.GetRequiredService<PersonKeys>().Find(absorbed)).ShouldBeNull();
        (await Stream(absorbed))[^1].ShouldBe("person_erased");
        (await identity.Count("select count(*) from linked_account")).ShouldBe(0);
    }

    [Fact]
    public async Task Who_was_split_off_keeps_what_was_granted_through_their_account_when_the_other_is_erased()
    {
        using var taobao = new TestBrowser(identity, platforms);
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        // The app knows them by a sub of their own already.
        await partner.SignIn(taobao, "li-na", "taobao");
        (await browser.Submit(await browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"))).Location.ShouldBe("/account");
        using var meanwhile = new TestBrowser(identity, platforms);
        var tokens = await partner.SignIn(meanwhile, "li-na", "taobao");
        var undo = Regex.Match((await browser.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        await browser.Submit(await browser.Get(undo), undo);

        (await Erase(browser)).Text.ShouldContain("Your identity is erased");

        (await partner.Refresh(tokens.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Erasure_needs_a_fresh_sign_in_and_a_confirmation()
    {
        var asked = await browser.Get("/account/erase");
        asked.Text.ShouldContain("It cannot be brought back.");
        (await browser.Submit(asked, "/account/erase")).ShouldBeRefused("erasure_not_confirmed");
        await identity.Sql("update browser_session set authenticated_at = now() - interval '6 minutes'");
        (await browser.Submit(asked, "/account/erase", ("sure", "yes"))).ShouldBeRefused("fresh_sign_in_required", HttpStatusCode.Forbidden);
        (await identity.Count("select count(*) from linked_account")).ShouldBe(1);
    }

    private static async Task<TestBrowser.Answer> Erase(TestBrowser browser) =>
        await browser.Submit(await browser.Get("/account/erase"), "/account/erase", ("sure", "yes"));

    private async Task<List<string>> Stream(Guid person) =>
        [.. (await identity.Services.GetRequiredService<IEventStore>().ReadStream(Person.StreamOf(person))).Events.Select(e => e.Type)];
}
