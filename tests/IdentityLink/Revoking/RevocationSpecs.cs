using System.Net;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Operating;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.Revoking;

/// <summary>
/// Li Na is signed in by Weibo in one browser and by Taobao in another, with tokens of a partner and of a site; Chen by
/// Weibo. An operator revokes at one instance, everybody looks at both.
/// </summary>
public sealed class RevocationSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly OperatorDesk desk = new(servers, platforms);
    private TestBrowser weibo = null!;
    private TestBrowser taobao = null!;
    private TestBrowser chen = null!;
    private RelyingParty partner = null!;
    private RelyingParty site = null!;
    private GivenTokens atPartner = null!;
    private GivenTokens atSite = null!;
    private Guid li;

    private IdentityService Identity => desk.Identity;

    private Revocations Revocations => Identity.Services.GetRequiredService<Revocations>();

    public async ValueTask InitializeAsync()
    {
        await desk.Open();
        weibo = await desk.BrowserOf("li-na");
        chen = await desk.BrowserOf("chen");
        await weibo.Link("li-na", "taobao");
        (partner, site) = (new RelyingParty(Identity, IdentityService.Partner), new RelyingParty(Identity, IdentityService.Site));
        taobao = new TestBrowser(Identity, platforms);
        (atPartner, atSite) = (await partner.SignIn(taobao, "li-na", "taobao"), await site.SignIn(taobao, "li-na", "taobao"));
        li = await desk.PersonOf("li-na");
    }

    public async ValueTask DisposeAsync()
    {
        taobao.Dispose();
        partner.Dispose();
        site.Dispose();
        await desk.DisposeAsync();
    }

    [Theory]
    [InlineData("account")]
    [InlineData("link")]
    [InlineData("platform")]
    [InlineData("person")]
    public async Task What_was_reached_ends_with_the_command_on_every_instance_and_nothing_else_does(string kind)
    {
        var sid = await Identity.SidOf(taobao);

        var id = await desk.Revoked(await Of(kind));

        await ShouldBeOver(taobao);
        await ShouldHold(chen);
        await (kind == "person" ? ShouldBeOver(weibo) : ShouldHold(weibo));
        for (var instance = 0; instance < 2; instance++)
        {
            (await Holds(instance, atPartner.AccessToken)).ShouldBeFalse();
            (await Holds(instance, atSite.AccessToken)).ShouldBeFalse();
            foreach (var (client, token) in new[] { (IdentityService.Partner, atPartner), (IdentityService.Site, atSite) })
            {
                using var there = new RelyingParty(() => Identity.Instance(instance), client);
                (await there.Refresh(token.RefreshToken)).ShouldBeError("invalid_grant");
            }
        }
        await Eventually.True(() => Identity.Logouts.ToldOf(sid).Distinct().Count() == 2, because: "its clients are told");
        var progress = await Identity.Completed(Revocations, id);
        progress.SessionsEnded.ShouldBe(kind == "person" ? 2 : 1);
        progress.GrantsEnded.ShouldBe(2);
        (await SignsInAgain("li-na", "taobao")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_partner_was_granted_ends_and_the_session_and_other_clients_go_on()
    {
        var sid = await Identity.SidOf(taobao);

        await desk.Revoked(new { kind = "client", target = IdentityService.Partner, from = RevocationDesk.LongAgo });

        (await Holds(1, atPartner.AccessToken)).ShouldBeFalse();
        (await partner.Refresh(atPartner.RefreshToken)).ShouldBeError("invalid_grant");
        (await Holds(1, atSite.AccessToken)).ShouldBeTrue();
        await ShouldHold(taobao);
        await Eventually.True(() => Identity.Logouts.ToldOf(sid).Any());
        Identity.Logouts.ToldOf(sid).ShouldBe([IdentityService.Partner]);
        (await Holds(1, (await partner.SignIn(taobao, "li-na", "taobao")).AccessToken)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_window_has_its_begin_in_it_and_not_its_end()
    {
        var begin = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var end = begin.AddHours(1);
        DateTimeOffset[] times = [begin.AddMicroseconds(-1), begin, end.AddMicroseconds(-1), end];
        var browsers = times.Select(_ => new TestBrowser(Identity, platforms)).ToArray();
        foreach (var (browser, at) in browsers.Zip(times))
        {
            await browser.SignIn("li-na", "taobao");
            await Identity.Sql(
                "update browser_session set begun_at = $2, authenticated_at = $2 where sid = $1", await Identity.SidOf(browser), at);
        }

        await desk.Revoked(new { kind = "person", target = li, from = begin, to = end });

        await ShouldHold(browsers[0]);
        await ShouldBeOver(browsers[1]);
        await ShouldBeOver(browsers[2]);
        await ShouldHold(browsers[3]);
        await ShouldHold(taobao);
        foreach (var browser in browsers)
            browser.Dispose();
    }

    [Fact]
    public async Task A_grant_made_in_the_window_ends_in_a_session_begun_before_it()
    {
        await Identity.Sql("update browser_session set begun_at = begun_at - interval '1 hour', authenticated_at = authenticated_at - interval '1 hour'");
        await Identity.Sql("update token_grant set auth_time = auth_time - interval '1 hour'");

        await desk.Revoked(new { kind = "account", target = await Identity.AccountOf(li, "taobao"), from = DateTimeOffset.UtcNow.AddMinutes(-30) });

        (await Holds(1, atPartner.AccessToken)).ShouldBeFalse();
        (await Holds(1, atSite.AccessToken)).ShouldBeFalse();
        await ShouldHold(taobao);
    }

    [Fact]
    public async Task What_outlives_a_session_begun_in_the_window_ends_with_it_though_it_was_granted_later()
    {
        var end = DateTimeOffset.UtcNow.AddMinutes(-30);
        await Identity.Sql("update browser_session set begun_at = begun_at - interval '1 hour', authenticated_at = authenticated_at - interval '1 hour'");
        await Identity.Sql("update token_grant set auth_time = auth_time - interval '1 hour'");

        await desk.Revoked(new { kind = "account", target = await Identity.AccountOf(li, "taobao"), from = RevocationDesk.LongAgo, to = end });

        (await Holds(1, atPartner.AccessToken)).ShouldBeFalse();
        (await partner.Refresh(atPartner.RefreshToken)).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task A_preview_tells_what_would_end_and_ends_and_makes_nothing()
    {
        var of = new { kind = "account", target = await Identity.AccountOf(li, "taobao"), from = RevocationDesk.LongAgo };
        using var api = await desk.Api(OperatorDesk.Operator);
        var before = await Rows();

        var (status, seen) = await api.Operate("revocations/preview", new { reason = OperatorDesk.Reason, of });

        status.ShouldBe(HttpStatusCode.OK, seen.ToJsonString());
        (await Rows()).ShouldBe(before);
        seen["sessions"]!["count"]!.GetValue<long>().ShouldBe(1);
        seen["sessions"]!["items"]![0]!["sid"]!.GetValue<Guid>().ShouldBe(await Identity.SidOf(taobao));
        seen["sessions"]!["items"]![0]!["linkVersion"]!.GetValue<long>().ShouldBe(1);
        seen["grants"]!["count"]!.GetValue<long>().ShouldBe(2);
        seen["partners"]!.AsArray().Select(one => one!["clientId"]!.GetValue<string>()).ShouldBe([IdentityService.Partner, IdentityService.Site]);
        await ShouldHold(taobao);
        (await Holds(0, atPartner.AccessToken)).ShouldBeTrue();
        (await desk.LooksAt(li)).ShouldHaveSingleItem().What.ShouldBe(Look.Reach);
    }

    [Fact]
    public async Task What_would_end_is_told_in_pages_and_none_is_missing_or_twice()
    {
        await Identity.Sql(
            """
            insert into browser_session (id_hash, sid, person_id, account, link_version, authenticated_at, expires_at)
            select sha256(n::text::bytea), gen_random_uuid(), person_id, account, link_version, now(), now() + interval '1 day'
            from linked_account, generate_series(1, 249) n where platform = 'taobao'
            """);
        var of = new { kind = "account", target = await Identity.AccountOf(li, "taobao"), from = RevocationDesk.LongAgo };
        var seen = new List<Guid>();
        Guid? next = null;
        do
        {
            var (_, page) = await desk.Preview(of, afterSession: next);
            page["sessions"]!["count"]!.GetValue<long>().ShouldBe(250);
            page["sessions"]!["items"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(100);
            seen.AddRange(page["sessions"]!["items"]!.AsArray().Select(one => one!["sid"]!.GetValue<Guid>()));
            next = page["sessions"]!["next"]?.GetValue<Guid>();
        }
        while (next is not null);

        seen.Distinct().Count().ShouldBe(250);
        seen.Count.ShouldBe(250);
    }

    [Theory]
    [InlineData("platform", "taobao", 1)]
    [InlineData("client", IdentityService.Partner, 0)]
    public async Task What_was_reached_through_what_is_no_one_persons_is_told_in_numbers_and_names_nobody(string kind, string target, long sessions)
    {
        var (_, seen) = await desk.Preview(new { kind, target, from = RevocationDesk.LongAgo });

        seen["sessions"]!["count"]!.GetValue<long>().ShouldBe(sessions);
        seen["grants"]!["count"]!.GetValue<long>().ShouldBeGreaterThan(0);
        seen["partners"]!.AsArray().ShouldNotBeEmpty();
        seen["sessions"]!["items"]!.AsArray().ShouldBeEmpty();
        seen["grants"]!["items"]!.AsArray().ShouldBeEmpty();
        seen.ToJsonString().ShouldNotContain(li.ToString());
        (await desk.LooksAt(li)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("person", true)]
    [InlineData("account", true)]
    [InlineData("link", true)]
    [InlineData("platform", false)]
    public async Task Whoever_was_signed_out_by_an_operator_reads_that_and_why_in_either_language(string kind, bool told)
    {
        await desk.Revoked(await Of(kind));

        if (kind == "person")
            await weibo.SignIn("li-na");
        var (account, history) = ((await weibo.Get("/account")).Text, (await weibo.Get("/account/history")).Text);
        account.Contains("An operator ended some of your sessions", StringComparison.Ordinal).ShouldBe(told);
        history.Contains($"An operator ended some of your sessions and permissions. Reason: {OperatorDesk.Reason}", StringComparison.Ordinal).ShouldBe(told);
        (await weibo.Get("/account?ui_locales=zh-CN")).Text.Contains("运营人员结束了你的一些登录和授权", StringComparison.Ordinal).ShouldBe(told);
        (await weibo.Get("/account/history?ui_locales=zh-CN")).Text
            .Contains($"运营人员结束了你的一些登录和授权。理由：{OperatorDesk.Reason}", StringComparison.Ordinal).ShouldBe(told);
        (await chen.Get("/account")).Text.ShouldNotContain("An operator");
        (await Identity.Find(OperatorDesk.Reason)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slip_of_the_pen_revokes_nothing()
    {
        var account = await Identity.AccountOf(li, "taobao");
        DateTimeOffset? longAgo = RevocationDesk.LongAgo;
        var (soon, none) = (DateTimeOffset.UtcNow.AddMinutes(1), (DateTimeOffset?)null);
        foreach (var (of, code) in new (object Of, string Code)[]
        {
            (new { kind = "account", target = account, from = longAgo, to = soon }, RevokingReached.WindowUnusable),
            (new { kind = "account", target = account, from = longAgo, to = longAgo }, RevokingReached.WindowUnusable),
            (new { kind = "account", target = account, from = none }, RevokingReached.WindowUnusable),
            (new { kind = "account", target = account + "x", from = longAgo }, RevokingReached.UnknownTarget),
            (new { kind = "account", target = $"person-{li}", from = longAgo }, RevokingReached.UnknownTarget),
            (new { kind = "link", target = account, linkVersion = 2, from = longAgo }, RevokingReached.UnknownTarget),
            (new { kind = "link", target = account, from = longAgo }, RevokingReached.UnknownTarget),
            (new { kind = "platform", target = "tabao", from = longAgo }, RevokingReached.UnknownTarget),
            (new { kind = "client", target = "demo\u0000partner", from = longAgo }, RevokingReached.UnknownTarget),
            (new { kind = "person", target = Guid.NewGuid(), from = longAgo }, RevokingReached.UnknownTarget),
            (new { target = account, from = longAgo }, RevokingReached.UnknownTarget),
        })
        {
            var (_, problem) = await desk.Revoke(of);
            problem["code"]!.GetValue<string>().ShouldBe(code, of.ToString());
            problem["detail"]!.GetValue<string>().ShouldContain("Nothing was revoked");
        }
        (await Identity.Count("select count(*) from revocation")).ShouldBe(0);
        await ShouldHold(taobao);
    }

    [Fact]
    public async Task A_request_repeated_under_its_key_is_one_revocation()
    {
        var of = await Of("account");
        var (_, first) = await desk.Revoke(of, "one-key");
        await SignsInAgain("li-na", "taobao");

        var (_, again) = await desk.Revoke(of, "one-key");

        again.ToJsonString().ShouldBe(first.ToJsonString());
        (await Identity.Count("select count(*) from revocation")).ShouldBe(1);
        (await desk.Revoke(await Of("platform"), "one-key")).Body["code"]!.GetValue<string>().ShouldBe("idempotency_key_reused");
    }

    [Fact]
    public async Task Who_ordered_it_and_why_is_an_event_that_names_nobody()
    {
        var id = await desk.Revoked(await Of("person"));

        var stored = (await Identity.Services.GetRequiredService<IEventStore>().ReadStream(RevokingReached.StreamOf(id))).Events.ShouldHaveSingleItem();
        var ordered = stored.Data.ShouldBeOfType<RevocationOrdered>();
        var zhao = await desk.PersonOf(OperatorDesk.Operator);
        (ordered.Operator, stored.Headers.Actor).ShouldBe((zhao, zhao.ToString()));
        (await Identity.Services.GetRequiredService<PersonKeys>().Find(zhao))!.Open(ordered.Reason).ShouldBe(OperatorDesk.Reason);
        (await Identity.Find(OperatorDesk.Reason)).ShouldBeEmpty();
        using var api = await desk.Api(OperatorDesk.Operator);
        var progress = await api.GetStringAsync(new Uri($"/identity/operations/revocations/{id}", UriKind.Relative));
        progress.ShouldContain("\"sessionsEnded\"");
        progress.ShouldNotContain(li.ToString());
        progress.ShouldNotContain("kind");
        using var hers = await desk.Api("chen");
        (await hers.GetAsync(new Uri($"/identity/operations/revocations/{id}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task<object> Of(string kind) => kind switch
    {
        "account" => new { kind, target = await Identity.AccountOf(li, "taobao"), from = RevocationDesk.LongAgo },
        "link" => new { kind, target = await Identity.AccountOf(li, "taobao"), linkVersion = 1, from = RevocationDesk.LongAgo },
        "platform" => new { kind, target = "taobao", from = RevocationDesk.LongAgo },
        _ => new { kind, target = li, from = RevocationDesk.LongAgo },
    };

    /// <summary>At both instances.</summary>
    private async Task ShouldBeOver(TestBrowser browser)
    {
        foreach (var instance in (int[])[0, 1])
            (await At(instance, browser)).Location.ShouldBe("/sign-in");
    }

    private async Task ShouldHold(TestBrowser browser)
    {
        foreach (var instance in (int[])[0, 1])
            (await At(instance, browser)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<TestBrowser.Answer> At(int instance, TestBrowser browser)
    {
        using var there = new TestBrowser(() => Identity.Instance(instance), platforms.Port);
        there.Cookies["__Host-hutong-browser"] = browser.SessionCookie;
        return await there.Get("/account");
    }

    /// <summary>By userinfo and, for the site's own, by exchange alike.</summary>
    private async Task<bool> Holds(int instance, string accessToken)
    {
        using var client = new RelyingParty(() => Identity.Instance(instance), IdentityService.Gateway);
        var userInfo = (await client.UserInfo(accessToken)).Status == HttpStatusCode.OK;
        var exchanged = (await client.Exchange(accessToken, "social-feed")).Status == HttpStatusCode.OK;
        exchanged.ShouldBe(userInfo && accessToken == atSite.AccessToken);
        return userInfo;
    }

    private async Task<bool> SignsInAgain(string person, string platform)
    {
        using var browser = new TestBrowser(() => Identity.Instance(1), platforms.Port);
        using var client = new RelyingParty(() => Identity.Instance(1), IdentityService.Partner);
        return await Holds(0, (await client.SignIn(browser, person, platform)).AccessToken);
    }

    private async Task<string> Rows()
    {
        var all = new List<string>();
        // A lease is renewed by the clock, whoever asks for what.
        var tables = (await Identity.Tables()).Where(table => !table.StartsWith("mt_", StringComparison.Ordinal) && table != "lease");
        foreach (var table in tables.Order())
            all.Add($"{table}: {await Identity.Scalar($"select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from {table} t")}");
        return string.Join('\n', all);
    }
}
