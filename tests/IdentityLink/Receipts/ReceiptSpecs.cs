extern alias simulators;

using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Passkeys;
using Microsoft.Extensions.DependencyInjection;
using DemoPeople = simulators::Hutong.Simulators.People.DemoPeople;

namespace Hutong.IdentityLink.Tests.Receipts;

/// <summary>Li Na signs in with Weibo, and changes who leads to her.</summary>
public sealed class ReceiptSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
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
    public async Task Every_change_of_who_leads_to_a_person_leaves_a_signed_receipt_and_nothing_else_does()
    {
        await browser.Link("li-na", "taobao");
        await browser.SignIn("li-na", "taobao");
        await browser.Link("li-na", "taobao");
        await browser.AddPasskey(new SoftwareAuthenticator());
        await Unlink("weibo");

        var download = await browser.Receipts();
        var receipts = download.Payloads();
        receipts.Select(receipt => receipt.Text("event")).ShouldBe(["linked", "linked", "linked", "unlinked"]);
        receipts.SelectMany(receipt => receipt.Platforms("gained")).ShouldBe(["weibo", "taobao", "passkey"]);
        receipts.SelectMany(receipt => receipt.Platforms("lost")).ShouldBe(["weibo"]);
        download["receipts"]!.AsArray().Select(jws => ReceiptReading.Header(jws!.GetValue<string>()).Text("typ")).Distinct()
            .ShouldBe(["hutong-receipt+jwt"]);

        var (first, link, passkey, unlink) = (receipts[0], receipts[1], receipts[2], receipts[3]);
        first["previous"].ShouldBeNull();
        first["session"].ShouldBeNull();
        first["proved"]!["platform"]!.GetValue<string>().ShouldBe("weibo");
        link["session"]!["platform"]!.GetValue<string>().ShouldBe("weibo");
        link["proved"]!["platform"]!.GetValue<string>().ShouldBe("taobao");
        link.Text("text_version").ShouldBe(ConfirmedText.Link);
        passkey["session"]!["platform"]!.GetValue<string>().ShouldBe("taobao");
        passkey.Text("text_version").ShouldBe(ConfirmedText.Passkey);
        unlink["proved"].ShouldBeNull();
        unlink.Text("text_version").ShouldBe(ConfirmedText.Unlink);
        var authenticatedAt = (DateTime)(await identity.Scalar("select authenticated_at from browser_session"))!;
        unlink["session"]!["auth_time"]!.GetValue<long>().ShouldBe(new DateTimeOffset(authenticatedAt).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_merge_and_a_split_leave_a_receipt_with_either_person_and_each_chain_goes_on()
    {
        using var taobao = new TestBrowser(identity, platforms);
        await taobao.SignIn("li-na", "taobao");
        var second = await identity.PersonOf(taobao);
        await browser.Submit(await browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"));

        var kept = (await browser.Receipts()).Payloads();
        var absorbed = (await browser.Receipts($"/account/receipts?of={second}")).Payloads();
        kept.Select(receipt => receipt.Text("event")).ShouldBe(["linked", "merged"]);
        absorbed.Select(receipt => receipt.Text("event")).ShouldBe(["linked", "merged"]);
        kept[1].Platforms("gained").ShouldBe(["taobao"]);
        absorbed[1].Platforms("lost").ShouldBe(["taobao"]);
        foreach (var merged in (JsonObject[])[kept[1], absorbed[1]])
        {
            merged["session"]!["platform"]!.GetValue<string>().ShouldBe("weibo");
            merged["proved"]!["platform"]!.GetValue<string>().ShouldBe("taobao");
            merged.Text("text_version").ShouldBe(ConfirmedText.Merge);
            merged.Text("merge_id").ShouldBe(kept[1].Text("merge_id"));
        }

        var account = await browser.Get("/account");
        account.Body.ShouldContain($"/account/receipts?of={second}");
        var undo = Regex.Match(account.Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        await browser.Submit(await browser.Get(undo), undo);
        using var again = new TestBrowser(identity, platforms);
        await again.SignIn("li-na", "taobao");
        (await browser.Receipts()).Payloads().Select(receipt => receipt.Text("event")).ShouldBe(["linked", "merged", "split"]);
        var restored = (await again.Receipts()).Payloads();
        restored.Select(receipt => receipt.Text("event")).ShouldBe(["linked", "merged", "split"]);
        restored[2].Platforms("gained").ShouldBe(["taobao"]);
        foreach (var person in (Guid[])[second, await identity.PersonOf(browser)])
            ReceiptReading.Chained((await Store.ReadStream(Person.StreamOf(person))).Events).Count.ShouldBe(3);
        (await browser.Get($"/account/receipts?of={second}")).ShouldBeRefused("receipts_unknown", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_changes_at_once_the_chain_misses_none()
    {
        using var other = new TestBrowser(identity, platforms);
        await other.SignIn("li-na", "weibo");
        var (mine, theirs) = (await browser.ProveForLink("zoe", "taobao"), await other.ProveForLink("li-na", "taobao"));

        var answers = await Task.WhenAll(browser.Submit(mine, "/account/link"), other.Submit(theirs, "/account/link"));

        answers.ShouldAllBe(answer => answer.Location == "/account?linked=taobao");
        ReceiptReading.Chained((await Store.ReadStream(Person.StreamOf(await identity.PersonOf(browser)))).Events).Count.ShouldBe(3);
    }

    [Fact]
    public async Task They_are_downloaded_by_their_owner_alone_and_tell_nobody_who_that_is()
    {
        await browser.Link("li-na", "taobao");
        (await browser.Get("/account")).Text.ShouldContain("Your receipts: 2.");

        var answer = await browser.Get("/account/receipts");

        answer.Headers["Content-Disposition"].ShouldBe("attachment; filename=hutong-receipts.json");
        answer.Headers["Cache-Control"].ShouldBe("no-store");
        var told = string.Concat((await browser.Receipts()).Payloads().Select(payload => payload.ToJsonString()));
        foreach (var value in DemoPeople.All.SelectMany(person => person.PersonalValues))
            told.ShouldNotContain(value);
        using var wang = new TestBrowser(identity, platforms);
        (await wang.Get("/account/receipts")).Location.ShouldBe("/sign-in");
        await wang.SignIn("wang");
        (await wang.Receipts()).Payloads().Length.ShouldBe(1);
        (await wang.Get($"/account/receipts?of={await identity.PersonOf(browser)}"))
            .ShouldBeRefused("receipts_unknown", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_long_chain_is_downloaded_in_parts()
    {
        var stream = Person.StreamOf(await identity.PersonOf(browser));
        var jws = (await browser.Receipts())["receipts"]![0]!.GetValue<string>();
        await Store.Commit(UnitOfWork.Append(
            stream, Expected.Exists, [.. Enumerable.Range(2, 1500).Select(object (number) => new ReceiptIssued(number, jws))]));

        var first = await browser.Receipts();
        var second = await browser.Receipts(first.Text("next"));

        (first["receipts"]!.AsArray().Count, second["receipts"]!.AsArray().Count).ShouldBe((1000, 501));
        second["next"].ShouldBeNull();
        ReceiptReading.Payload(first.Text("chain"))["count"]!.GetValue<int>().ShouldBe(1501);
        (await browser.Receipts("/account/receipts?after=1501"))["receipts"]!.AsArray().ShouldBeEmpty();
    }

    private IEventStore Store => identity.Services.GetRequiredService<IEventStore>();

    private async Task Unlink(string platform)
    {
        var address = Regex.Match((await browser.Get("/account")).Text, $"/account/unlink\\?account=account-{platform}[^\"]+").Value;
        (await browser.Submit(await browser.Get(address), "/account/unlink")).Location.ShouldBe("/account");
    }
}
