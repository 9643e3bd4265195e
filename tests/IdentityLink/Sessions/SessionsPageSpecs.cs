using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Sessions;

public sealed partial class SessionsPageSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const string Page = "/account/sessions";
    private const string Agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; li-nas-laptop) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36";

    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser here = null!;
    private TestBrowser there = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        here = new TestBrowser(() => identity.Address, platforms.Port, Agent);
        there = new TestBrowser(identity, platforms);
        await here.SignIn("li-na", "weibo");
    }

    public async ValueTask DisposeAsync()
    {
        here.Dispose();
        there.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task It_tells_device_account_and_apps_of_each_session_and_which_one_this_is()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        await here.Link("li-na", "taobao");
        await partner.SignIn(there, "li-na", "taobao");

        var page = await here.Get(Page);

        var (first, second) = (Session(page, 0), Session(page, 1));
        second.ShouldContain("Chrome on Windows");
        second.ShouldContain("(this one)");
        second.ShouldContain("Weibo");
        first.ShouldContain("A device we do not recognise");
        first.ShouldContain("Taobao");
        first.ShouldContain(IdentityService.Partner);
        first.ShouldNotContain("(this one)");
        Regex.Count(page.Body, "<time datetime=").ShouldBe(8);
        (await here.Get($"{Page}?ui_locales=zh-CN")).Text.ShouldContain("Windows 上的 Chrome");
        (await here.Get("/account")).Body.ShouldContain($"href=\"{Page}\"");
    }

    [Fact]
    public async Task Of_what_a_browser_says_of_itself_only_words_of_a_fixed_list_are_kept()
    {
        (await identity.Find("li-nas-laptop")).ShouldBeEmpty();
        (await identity.Find("Chrome")).ShouldBe(["browser_session"]);
    }

    [Fact]
    public async Task Ending_one_signs_out_there_at_once_and_tells_its_clients_and_nowhere_else()
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        var tokens = await site.SignIn(there, "li-na");
        var sid = await identity.SidOf(there);
        var idBefore = here.SessionCookie;

        (await End(here, sid)).Location.ShouldBe(Page);

        (await there.Get("/account")).Location.ShouldBe("/sign-in");
        (await site.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
        identity.Logouts.ToldOf(sid).ShouldBe([IdentityService.Site]);
        here.SessionCookie.ShouldNotBe(idBefore);
        (await here.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
        (await End(here, sid)).ShouldBeRefused("session_unknown", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Ending_all_others_leaves_this_one_alone()
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var third = new TestBrowser(identity, platforms);
        await site.SignIn(there, "li-na");
        var sid = await identity.SidOf(there);
        await third.SignIn("li-na");

        (await here.Submit(await here.Get(Page), $"{Page}/end-others")).Location.ShouldBe(Page);

        (await there.Get("/account")).Location.ShouldBe("/sign-in");
        (await third.Get("/account")).Location.ShouldBe("/sign-in");
        (await here.Get(Page)).Text.ShouldContain("(this one)");
        (await here.Get(Page)).Body.ShouldNotContain("end-others");
        await Eventually.True(() => identity.Logouts.ToldOf(sid).Any());
    }

    [Fact]
    public async Task Ending_this_one_signs_out()
    {
        (await End(here, await identity.SidOf(here))).Location.ShouldBe("/sign-in");
        (await here.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Nobody_ends_a_session_of_somebody_elses_or_by_a_form_of_another_browser()
    {
        await there.SignIn("wang");
        var hers = await identity.SidOf(here);

        (await End(there, hers)).ShouldBeRefused("session_unknown", HttpStatusCode.NotFound);
        var foreign = (await there.Get(Page)).Fields($"{Page}/end")[0];
        (await here.Post($"{Page}/end", foreign, ("session", $"{hers}"))).ShouldBeRefused("form_expired");
        (await here.Post($"{Page}/end-others", foreign)).ShouldBeRefused("form_expired");
        (await here.Post($"{Page}/end", (await here.Get(Page)).Fields($"{Page}/end")[0], ("session", "x")))
            .ShouldBeRefused("session_unknown", HttpStatusCode.NotFound);

        (await here.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Many_sessions_are_told_in_pages_and_none_is_missing_or_twice()
    {
        await identity.Sql(
            """
            insert into browser_session (id_hash, sid, person_id, account, link_version, authenticated_at, expires_at)
            select sha256(n::text::bytea), gen_random_uuid(), person_id, account, link_version, now() - n / 2 * interval '1 minute', now() + interval '1 day'
            from browser_session, generate_series(1, 44) n
            """);
        var seen = new List<string>();
        string? address = Page;
        while (address is not null)
        {
            var page = await here.Get(address);
            var sids = Sids().Matches(page.Body).Select(match => match.Groups[1].Value).ToArray();
            sids.Length.ShouldBeLessThanOrEqualTo(20);
            seen.AddRange(sids);
            address = Next().Match(page.Text) is { Success: true } next ? next.Groups[1].Value : null;
        }

        seen.Count.ShouldBe(45);
        seen.Distinct().Count().ShouldBe(45);
    }

    [Fact]
    public async Task The_same_is_told_as_json_to_the_person_alone()
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        await there.SignIn("wang");
        var token = (await gateway.Exchange((await site.SignIn(here, "li-na")).AccessToken, "identity-link")).Body["access_token"]!;
        using var api = new HttpClient { BaseAddress = identity.Address };
        (await api.GetAsync(new Uri("/identity/sessions", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        api.DefaultRequestHeaders.Authorization = new("Bearer", token.GetValue<string>());

        var answer = (await api.GetFromJsonAsync<JsonObject>(new Uri("/identity/sessions", UriKind.Relative)))!;

        var session = answer["sessions"]!.AsArray().ShouldHaveSingleItem()!;
        session["session"]!.GetValue<Guid>().ShouldBe(await identity.SidOf(here));
        session["device"]!["browser"]!.GetValue<string>().ShouldBe("Chrome");
        session["apps"]!.AsArray().Select(app => app!.GetValue<string>()).ShouldBe([IdentityService.Site]);
        answer["next"].ShouldBeNull();
    }

    private static async Task<TestBrowser.Answer> End(TestBrowser browser, Guid sid) =>
        await browser.Post($"{Page}/end", (await browser.Get(Page)).Fields($"{Page}/end")[0], ("session", $"{sid}"));

    private static string Session(TestBrowser.Answer page, int number) =>
        page.Text.Split("<li class=\"panel\">")[number + 1];

    [GeneratedRegex("name=\"session\" value=\"([^\"]+)\"")]
    private static partial Regex Sids();

    [GeneratedRegex("href=\"(/account/sessions\\?after=[^\"]+)\"")]
    private static partial Regex Next();
}
