extern alias simulators;

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using DemoPeople = simulators::Hutong.Simulators.People.DemoPeople;

namespace Hutong.IdentityLink.Tests.Operating;

/// <summary>One of two instances knows an operator; the other is as it comes, without any.</summary>
public sealed class OperatorSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly OperatorDesk desk = new(servers, platforms);

    private IdentityService Identity => desk.Identity;

    public async ValueTask InitializeAsync() => await desk.Open();

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task The_scope_is_an_operators_alone_and_left_out_of_what_others_are_granted()
    {
        (await desk.TokensOf("zhao"))["scope"]!.GetValue<string>().ShouldBe(OperatorDesk.Scope);

        (await desk.TokensOf("li-na"))["scope"]!.GetValue<string>().ShouldBe("openid offline_access");
        (await desk.TokensOf("zhao", IdentityService.Site))["scope"]!.GetValue<string>().ShouldBe("openid offline_access");
    }

    [Fact]
    public async Task A_partner_who_asks_for_the_scope_is_not_told_of_it_nor_is_the_person_asked()
    {
        using var partner = new RelyingParty(() => Identity.Instance(1), IdentityService.Partner);
        var zhao = await desk.BrowserOf("zhao");

        var consent = await zhao.Follow(await zhao.Get(partner.AuthorizeAddress(("scope", OperatorDesk.Scope))));
        var back = await zhao.Submit(consent, "/consent", ("decision", "allow"));

        (await partner.Redeem(back.LocationQuery["code"])).Body["scope"]!.GetValue<string>().ShouldBe("openid offline_access");
        using var anybody = new HttpClient { BaseAddress = Identity.Address };
        (await anybody.Ask("/.well-known/openid-configuration")).Body["scopes_supported"]!.ToJsonString().ShouldNotContain("operations");
    }

    [Fact]
    public async Task Without_the_scope_nobody_gets_in_whatever_their_reason()
    {
        var li = await desk.PersonOf("li-na");
        using var hers = await desk.Api("li-na");
        using var elsewhere = await desk.Api("zhao", IdentityService.Site);
        using var nobody = new HttpClient { BaseAddress = Identity.Instance(1) };

        (await hers.Look(li, "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await elsewhere.Look(li, "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await nobody.Look(li, "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await desk.LooksAt(li)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_an_operator_no_longer_has_lost_the_scope_in_tokens_they_have()
    {
        var tokens = await desk.TokensOf("zhao");
        var access = tokens["access_token"]!.GetValue<string>();

        (await desk.ScopeInside(access, instance: 1)).ShouldBe(OperatorDesk.Scope);
        (await desk.ScopeInside(access, instance: 0)).ShouldBe("openid offline_access");
        using var console = new RelyingParty(() => Identity.Instance(0), IdentityService.OperationsConsole);
        (await console.Refresh(tokens["refresh_token"]!.GetValue<string>())).Body["scope"]!.GetValue<string>().ShouldBe("openid offline_access");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("too short")]
    [InlineData("\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b")]
    [InlineData("              ")]
    public async Task Without_a_reason_that_can_be_read_nothing_is_told(string? reason)
    {
        var li = await desk.PersonOf("li-na");
        using var api = await desk.Api("zhao");

        foreach (var unfit in (string?[])[reason, new string('a', 501)])
        {
            var (status, problem) = await api.Look(li, "accounts", unfit);
            status.ShouldBe(HttpStatusCode.BadRequest);
            problem["code"]!.GetValue<string>().ShouldBe("reason_missing");
            problem["detail"]!.GetValue<string>().ShouldContain("field reason, in 10 to 500");
        }
        (await desk.LooksAt(li)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_operator_sees_a_persons_accounts_and_the_person_keeps_who_looked_at_what_and_why()
    {
        var li = await desk.PersonOf("li-na");
        using var api = await desk.Api("zhao");

        var (status, seen) = await api.Look(li, "accounts", OperatorDesk.Reason);

        status.ShouldBe(HttpStatusCode.OK);
        seen["personId"]!.GetValue<Guid>().ShouldBe(li);
        seen["accounts"]!.AsArray().ShouldHaveSingleItem()!["platform"]!.GetValue<string>().ShouldBe("weibo");
        var look = (await desk.LooksAt(li)).ShouldHaveSingleItem();
        look.Operator.ShouldBe(await desk.PersonOf("zhao"));
        look.What.ShouldBe("accounts");
        (await Identity.Services.GetRequiredService<PersonKeys>().Find(li))!.Open(look.Reason!.Value).ShouldBe(OperatorDesk.Reason);
        (await Identity.Find(OperatorDesk.Reason)).ShouldBeEmpty("the reason may name somebody");
        (await api.Look(Guid.CreateVersion7(), "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("accounts", "accounts")]
    [InlineData("history", "lines")]
    [InlineData("notices", "notices")]
    [InlineData("receipts", "receipts")]
    public async Task Every_look_leaves_an_event_before_it_tells(string at, string list)
    {
        var li = await desk.BrowserOf("li-na");
        await li.Link("li-na", "taobao");
        using var api = await desk.Api("zhao");

        var (status, seen) = await api.Look(await desk.PersonOf("li-na"), at, OperatorDesk.Reason);

        status.ShouldBe(HttpStatusCode.OK, seen.ToJsonString());
        seen[list]!.AsArray().Count.ShouldBeGreaterThan(0);
        (await desk.LooksAt(await desk.PersonOf("li-na"))).ShouldHaveSingleItem().What.ShouldBe(at);
        (await api.Look(await desk.PersonOf("li-na"), at, reason: null)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_look_at_somebody_who_was_erased_is_recorded_and_its_reason_is_kept_nowhere()
    {
        var li = await desk.PersonOf("li-na");
        var browser = await desk.BrowserOf("li-na");
        await browser.Submit(await browser.Get("/account/erase"), "/account/erase", ("sure", "yes"));
        using var api = await desk.Api("zhao");

        (await api.Look(li, "accounts", OperatorDesk.Reason)).Status.ShouldBe(HttpStatusCode.OK);

        (await desk.LooksAt(li)).ShouldHaveSingleItem().Reason.ShouldBeNull();
        (await Identity.Find(OperatorDesk.Reason)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_operator_finds_a_person_by_an_identifier_and_found_or_not_the_search_leaves_an_event()
    {
        var (li, zhao) = (await desk.PersonOf("li-na"), await desk.PersonOf("zhao"));
        using var api = await desk.Api("zhao");
        var uid = DemoPeople.Find("li-na")!.Weibo!.Uid.ToString(CultureInfo.InvariantCulture);

        var (found, owner) = await Search(api, new { reason = OperatorDesk.Reason, platform = "weibo", identifier = uid });
        var (unknown, nobody) = await Search(api, new { reason = OperatorDesk.Reason, platform = "weibo", identifier = "404404404" });

        (found, unknown).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        owner["personId"]!.GetValue<Guid>().ShouldBe(li);
        nobody["personId"].ShouldBeNull();
        nobody.Select(field => field.Key).ShouldBe(owner.Select(field => field.Key));
        (await desk.LooksAt(li)).ShouldHaveSingleItem().What.ShouldBe("account_owner");
        (await desk.EventsOf(zhao)).OfType<PersonSoughtInVain>().ShouldHaveSingleItem().Platform.ShouldBe("weibo");
        (await Identity.Find("404404404")).ShouldBeEmpty();
        var byName = await Search(api, new { reason = OperatorDesk.Reason, account = owner["account"]!.GetValue<string>() });
        byName.Body["personId"]!.GetValue<Guid>().ShouldBe(li);
    }

    [Fact]
    public async Task An_identifier_is_found_without_what_its_platform_has_it_with()
    {
        var li = DemoPeople.Find("li-na")!;
        using var weChat = new TestBrowser(() => Identity.Address, platforms.Port);
        await weChat.SignIn("li-na", "wechat");
        using var api = await desk.Api("zhao");

        foreach (var identifier in (string[])[li.WeChat!.OpenId, li.WeChat.UnionId])
        {
            var answer = await Search(api, new { reason = OperatorDesk.Reason, platform = "wechat", identifier });
            answer.Body["personId"]!.GetValue<Guid>().ShouldBe(await Identity.PersonOf(weChat));
        }
    }

    [Fact]
    public async Task A_search_that_names_no_account_or_names_it_in_two_ways_is_refused()
    {
        using var api = await desk.Api("zhao");
        const string reason = OperatorDesk.Reason;
        const string account = "account-weibo:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        object[] searches =
        [
            new { reason }, new { reason, platform = "weibo" }, new { reason, identifier = "1" }, new { reason, account = "person-1" },
            new { reason, account, platform = "weibo", identifier = "1" },
            new { reason, platform = "We:bo", identifier = "1" }, new { reason, platform = "weibo", identifier = new string('1', 257) },
        ];
        foreach (var search in searches)
        {
            var (status, problem) = await Search(api, search);
            status.ShouldBe(HttpStatusCode.BadRequest);
            problem["code"]!.GetValue<string>().ShouldBe("search_malformed");
        }
        (await Search(api, new { account })).Body["code"]!.GetValue<string>().ShouldBe("reason_missing");
        (await Search(api, new { reason, account, asOf = "2999-01-01T00:00:00Z" })).Body["code"]!.GetValue<string>().ShouldBe("time_in_future");
    }

    private static Task<(HttpStatusCode Status, JsonObject Body)> Search(HttpClient api, object search) => api.Operate("accounts/owner", search);
}
