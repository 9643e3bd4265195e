using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Receipts;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Succession;

/// <summary>Two apps of one developer, and one of somebody else.</summary>
public sealed class UnionIdSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const string Scope = "openid unionid offline_access";

    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.Start(new Dictionary<string, string?>
        {
            [$"Provider:Clients:{IdentityService.Partner}:UnionGroup"] = "acme",
            [$"Provider:Clients:{IdentityService.OtherPartner}:UnionGroup"] = "acme",
        });
        browser = new TestBrowser(identity, platforms);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task All_apps_of_one_developer_know_a_person_by_one_unionid_and_nobody_else_does()
    {
        await browser.SignIn("li-na", "weibo");
        var one = await Claims(IdentityService.Partner, browser);
        var two = await Claims(IdentityService.OtherPartner, browser);
        var stranger = await Claims(IdentityService.Site, browser);

        one["unionid"]!.GetValue<string>().ShouldBe(two["unionid"]!.GetValue<string>());
        one["sub"]!.GetValue<string>().ShouldNotBe(two["sub"]!.GetValue<string>());
        one["unionid"]!.GetValue<string>().ShouldNotBeOneOf(one["sub"]!.GetValue<string>(), two["sub"]!.GetValue<string>());
        stranger.ContainsKey("unionid").ShouldBeFalse();
        (await Claims(IdentityService.Partner, browser, "openid profile")).ContainsKey("unionid").ShouldBeFalse();
        using var wang = new TestBrowser(identity, platforms);
        await wang.SignIn("wang", "taobao");
        (await Claims(IdentityService.Partner, wang))["unionid"]!.GetValue<string>().ShouldNotBe(one["unionid"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_unionid_stays_through_merge_and_split_and_where_one_ends_a_notice_names_its_successor()
    {
        using var taobao = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
        await taobao.SignIn("li-na", "taobao");
        // Each app knows one side alone, so that neither has a sub to hear of.
        var kept = (await Claims(IdentityService.Partner, browser))["unionid"]!.GetValue<string>();
        var ended = (await Claims(IdentityService.OtherPartner, taobao))["unionid"]!.GetValue<string>();

        (await browser.Submit(await browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"))).Location.ShouldBe("/account");

        (await Claims(IdentityService.OtherPartner, browser))["unionid"]!.GetValue<string>().ShouldBe(kept);
        foreach (var client in (string[])[IdentityService.Partner, IdentityService.OtherPartner])
        {
            var notice = await Notice(client, number: 1);
            (notice.Text("identifier"), notice.Text("sub"), notice.Text("succeeded_by")).ShouldBe(("unionid", ended, kept));
        }

        var undo = Regex.Match((await browser.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        (await browser.Submit(await browser.Get(undo), undo)).Status.ShouldBe(HttpStatusCode.SeeOther);
        await taobao.SignIn("li-na", "taobao");
        (await Claims(IdentityService.OtherPartner, taobao))["unionid"]!.GetValue<string>().ShouldBe(ended);
        (await Claims(IdentityService.Partner, browser))["unionid"]!.GetValue<string>().ShouldBe(kept);
        var again = await Notice(IdentityService.Partner, number: 2);
        (again.Text("identifier"), again.Text("sub"), again.Text("separated_from")).ShouldBe(("unionid", ended, kept));
    }

    /// <summary>What <c>/userinfo</c> tells a client of whoever is signed in.</summary>
    private async Task<JsonObject> Claims(string client, TestBrowser signedIn, string scope = Scope)
    {
        using var party = new RelyingParty(identity, client);
        var answer = await signedIn.Follow(await signedIn.Get(party.AuthorizeAddress(("scope", scope))));
        if (answer.Location is null)
            answer = await signedIn.Submit(answer, "/consent", ("decision", "allow"));
        var (_, tokens) = await party.Redeem(answer.LocationQuery["code"]);
        var (status, claims) = await party.UserInfo(tokens["access_token"]!.GetValue<string>());
        status.ShouldBe(HttpStatusCode.OK);
        return claims;
    }

    private async Task<JsonObject> Notice(string client, int number)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization =
            new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{IdentityService.Secret(client)}")));
        JsonArray notices = [];
        await Eventually.True(async () =>
        {
            var body = JsonNode.Parse(await http.GetStringAsync(new Uri(identity.Address, "/subject_notices")))!;
            notices = body["notices"]!.AsArray();
            return notices.Count == number;
        });
        return ReceiptReading.Payload(notices[^1]!.GetValue<string>());
    }
}
