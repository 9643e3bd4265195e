using System.Net;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Operating;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.History;

public sealed class HistorySpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
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
    public async Task It_tells_in_either_language_what_happened_the_newest_first()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        await browser.Link("li-na", "taobao");
        await partner.SignIn(browser, "li-na");
        await browser.Submit(await browser.Get("/account"), "/account/consents/withdraw");
        await browser.SignIn("li-na", "taobao");
        await Unlink("weibo");

        (await browser.Get("/account")).Body.ShouldContain("href=\"/account/history\"");
        Lines(await browser.Get("/account/history")).ShouldBe(
        [
            "A Weibo account was unlinked.", "Signed in with Taobao.", "What the app demo-partner was allowed was withdrawn.",
            "The app demo-partner was allowed to use your identity.", "A Taobao account was linked.", "Signed in with Weibo.",
            "A Weibo account was linked.", "You came here for the first time, with Weibo.",
        ]);
        Lines(await browser.Get("/account/history?ui_locales=zh-CN")).ShouldBe(
        [
            "取消关联了微博账号。", "用淘宝登录。", "收回了对应用“demo-partner”的授权。", "授权了应用“demo-partner”。", "关联了淘宝账号。",
            "用微博登录。", "关联了微博账号。", "你第一次来，用的是微博。",
        ]);
        using var stranger = new TestBrowser(identity, platforms);
        (await stranger.Get("/account/history")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_long_history_is_read_page_by_page_by_plain_links()
    {
        await SignedInBefore(times: 120);

        List<int> pages = [];
        var page = await browser.Get("/account/history");
        for (; ; )
        {
            pages.Add(Lines(page).Count);
            if (Regex.Match(page.Text, "href=\"(/account/history\\?before=[^\"]+)\"") is not { Success: true } older)
                break;
            page = await browser.Get(older.Groups[1].Value);
            page.Body.ShouldContain("href=\"/account/history\"");
        }

        pages.ShouldBe([50, 50, 23]);
        (await browser.Get("/account/history?before=somewhere")).ShouldBeRefused("invalid_cursor");
    }

    [Fact]
    public async Task The_api_tells_the_same_in_pages_to_the_person_alone()
    {
        await SignedInBefore(times: 5);
        using var api = await identity.ApiOf(browser, "li-na");

        var first = (await api.Ask("/identity/history?limit=4")).Body;
        first["lines"]!.AsArray().Select(line => line!["what"]!.GetValue<string>()).ShouldAllBe(what => what == "signed_in");
        var rest = (await api.Ask($"/identity/history?limit=100&before={first["next"]!.GetValue<string>()}")).Body;
        rest["lines"]!.AsArray().Select(line => line!["what"]!.GetValue<string>())
            .ShouldBe(["signed_in", "signed_in", "account_linked", "person_registered"]);
        rest["next"].ShouldBeNull();
        (await api.Ask("/identity/history?before=-1")).Body["code"]!.GetValue<string>().ShouldBe("invalid_cursor");
        using var nobody = new HttpClient { BaseAddress = identity.Address };
        (await nobody.Ask("/identity/history")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task While_a_merge_holds_it_tells_what_happened_to_either_and_of_the_merge_once()
    {
        using var taobao = new TestBrowser(identity, platforms);
        await taobao.SignIn("li-na", "taobao");
        await browser.Submit(await browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"));

        var merged = Lines(await browser.Get("/account/history"));
        merged[0].ShouldBe("Another identity became part of yours.");
        merged.ShouldContain("You came here for the first time, with Taobao.");
        merged.ShouldNotContain("This identity became part of another.");

        var undo = Regex.Match((await browser.Get("/account")).Body, "/account/merges/[^\"]*/undo").Value;
        await browser.Submit(await browser.Get(undo), undo);
        var kept = Lines(await browser.Get("/account/history"));
        kept[..2].ShouldBe(["A merge was undone.", "Another identity became part of yours."]);
        kept.ShouldNotContain("You came here for the first time, with Taobao.");
        await taobao.SignIn("li-na", "taobao");
        Lines(await taobao.Get("/account/history"))[1..3].ShouldBe(["A merge was undone.", "This identity became part of another."]);
    }

    [Fact]
    public async Task A_person_reads_that_an_operator_looked_at_what_and_why_and_the_operator_reads_what_they_sought()
    {
        await using var desk = new OperatorDesk(servers, platforms);
        await desk.Open();
        const string reason = "Ticket 4711 <script>alert(1)</script>";
        var li = await desk.BrowserOf("li-na");
        using var api = await desk.Api("zhao");
        await api.Look(await desk.PersonOf("li-na"), "receipts", reason);
        await api.Operate("accounts/owner", new { reason, platform = "taobao", identifier = "404404404" });

        var page = await li.Get("/account/history");
        Lines(page)[0].ShouldBe($"An operator looked at your receipts. Reason: {reason}");
        page.Body.ShouldNotContain("<script>");
        Lines(await li.Get("/account/history?ui_locales=zh-CN"))[0].ShouldBe($"运营人员查看了你的凭证。理由：{reason}");
        (await li.Get("/account/export")).Text.ShouldContain("Ticket 4711");
        Lines(await (await desk.BrowserOf("zhao")).Get("/account/history"))[0]
            .ShouldBe($"As an operator you searched for a Taobao account and found nobody. Reason: {reason}");
    }

    private async Task SignedInBefore(int times)
    {
        var person = Person.StreamOf(await identity.PersonOf(browser));
        var events = Enumerable.Repeat<object>(new SignedIn("account-weibo:some", "weibo"), times).ToArray();
        await identity.Services.GetRequiredService<IEventStore>().Commit(UnitOfWork.Append(person, Expected.Exists, events));
    }

    private async Task Unlink(string platform)
    {
        var address = Regex.Match((await browser.Get("/account")).Text, $"/account/unlink\\?account=account-{platform}[^\"]+").Value;
        (await browser.Submit(await browser.Get(address), "/account/unlink")).Location.ShouldBe("/account");
    }

    /// <summary>The lines of the page, each of which has its time.</summary>
    private static List<string> Lines(TestBrowser.Answer page) =>
    [
        .. Regex.Matches(page.Body, "<li>\\s*<span class=\"muted\"><time datetime=\"[^\"]+\">[^<]+ UTC</time></span>\\s*<span>([^<]*)</span>\\s*</li>")
            .Select(line => WebUtility.HtmlDecode(line.Groups[1].Value)),
    ];
}
