extern alias simulators;

using System.Net;
using Hutong.IdentityLink.Tests.Hosting;
using DemoPeople = simulators::Hutong.Simulators.People.DemoPeople;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>The whole way in over each simulated platform, as it should be and as the platform can spoil it.</summary>
[Collection<OneServiceOfMisbehavers>]
public sealed class MisbehavingSpecs(Misbehavers misbehavers) : IAsyncLifetime
{
    private const string InsideWeChat = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49";

    private readonly TestBrowser browser = misbehavers.NewBrowser();

    public static TheoryData<string> Platforms => [.. SimulatedPlatforms.Names];

    public ValueTask InitializeAsync() => new(misbehavers.Platforms.Behave());

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await misbehavers.Platforms.Behave();
    }

    [Theory, MemberData(nameof(Platforms))]
    public async Task Every_platform_lets_a_person_in_and_knows_them_again(string platform)
    {
        (await browser.SignIn("li-na", platform)).Body.ShouldContain($"data-platform=\"{platform}\"");
        var first = await misbehavers.Identity.PersonOf(browser);

        using var another = misbehavers.NewBrowser();
        await another.SignIn("li-na", platform);
        (await misbehavers.Identity.PersonOf(another)).ShouldBe(first);
    }

    [Theory, MemberData(nameof(Platforms))]
    public async Task A_platform_that_denies_leaves_the_other_ways_open(string platform) =>
        await ShouldNotLetIn(platform, "deny", "platform_denied", HttpStatusCode.Forbidden);

    [Theory, MemberData(nameof(Platforms))]
    public async Task A_platform_that_talks_nonsense_is_unavailable(string platform) =>
        await ShouldNotLetIn(platform, "nonsense", "platform_unavailable", HttpStatusCode.ServiceUnavailable);

    [Theory, MemberData(nameof(Platforms))]
    public async Task A_platform_that_never_answers_is_unavailable(string platform) =>
        await ShouldNotLetIn(platform, "time-out", "platform_unavailable", HttpStatusCode.ServiceUnavailable);

    [Theory, MemberData(nameof(Platforms))]
    public async Task A_platform_that_answers_too_late_is_unavailable_and_one_that_is_a_little_slow_is_waited_for(string platform)
    {
        await misbehavers.Platforms.Misbehave(platform, "slow", milliseconds: 5000);
        (await Start(platform)).ShouldBeRefused("platform_unavailable", HttpStatusCode.ServiceUnavailable);

        await misbehavers.Platforms.Misbehave(platform, "slow", milliseconds: 200);
        (await browser.SignIn("li-na", platform)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory, MemberData(nameof(Platforms))]
    public async Task A_code_that_was_used_before_signs_nobody_in(string platform) =>
        await ShouldNotLetIn(platform, "reuse-code", "platform_refused");

    [Theory]
    [InlineData("weibo", "platform_wrong_audience")]
    [InlineData("qq", "platform_wrong_audience")]
    [InlineData("linli", "platform_wrong_audience")]
    [InlineData("wechat", "platform_refused")]
    [InlineData("taobao", "platform_refused")]
    [InlineData("jd", "platform_refused")]
    public async Task What_was_made_for_another_app_signs_nobody_in(string platform, string code) =>
        await ShouldNotLetIn(platform, "other-app", code);

    [Fact]
    public async Task A_snapshot_user_is_told_how_to_be_somebody()
    {
        await misbehavers.Platforms.Misbehave("wechat", "snapshot-user", calls: 1);
        var refused = await Start("wechat");
        refused.ShouldBeRefused("platform_snapshot_user", HttpStatusCode.Forbidden);
        refused.Text.ShouldContain("use the full service");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_union_id_that_comes_late_makes_nobody_a_second_person()
    {
        await misbehavers.Platforms.Misbehave("wechat", "omit-unionid", calls: 1);
        var first = await PersonWho("wang");
        (await PersonWho("wang")).ShouldBe(first);
        // There the account has another openid: the union id alone says that it is the same.
        (await PersonWho("wang", InsideWeChat)).ShouldBe(first);
    }

    [Fact]
    public async Task Who_is_not_told_by_a_union_id_is_known_by_the_openid()
    {
        await misbehavers.Platforms.Misbehave("qq", "omit-unionid", calls: 2);
        await browser.SignIn("wang", "qq");
        var first = await misbehavers.Identity.PersonOf(browser);
        using var later = misbehavers.NewBrowser();
        await later.SignIn("wang", "qq");
        (await misbehavers.Identity.PersonOf(later)).ShouldBe(first);
    }

    [Fact]
    public async Task Inside_wechat_the_official_accounts_page_is_the_way_in()
    {
        using var inside = misbehavers.NewBrowser(InsideWeChat);
        var started = await inside.Submit(await inside.Get("/sign-in"), "/sign-in/wechat");
        started.Location!.ShouldContain($"/connect/oauth2/authorize?appid={SimulatedPlatforms.InAppKey}&");
        started.Location.ShouldEndWith("#wechat_redirect");
        (await inside.SignIn("chen", "wechat")).Body.ShouldContain("data-platform=\"wechat\"");
    }

    [Fact]
    public async Task An_answer_that_names_another_issuer_signs_nobody_in()
    {
        var callback = await Callback("linli");
        var forged = callback.Replace("iss=http%3A%2F%2Flinli.", "iss=http%3A%2F%2Fanother.", StringComparison.Ordinal);
        forged.ShouldNotBe(callback);
        (await browser.Get(forged)).ShouldBeRefused("platform_answer_unproven");
        (await browser.Get(callback)).ShouldBeRefused("state_invalid");
    }

    [Fact]
    public async Task An_id_token_made_for_another_visit_signs_nobody_in()
    {
        var callback = await Callback("linli");
        using var another = misbehavers.NewBrowser();
        var theirs = (await another.Submit(await another.Get("/sign-in"), "/sign-in/linli")).LocationQuery["state"];
        var state = new Uri(callback).Query.Split('&', '?').First(p => p.StartsWith("state=", StringComparison.Ordinal));
        // The code of one visit in the answer to another: its PKCE verifier is not this one's.
        (await another.Get(callback.Replace(state, $"state={theirs}", StringComparison.Ordinal))).ShouldBeRefused("platform_refused");
    }

    [Fact]
    public async Task What_a_visit_keeps_lies_encrypted_in_the_database()
    {
        var started = await browser.Submit(await browser.Get("/sign-in"), "/sign-in/linli");
        var nonce = started.LocationQuery["nonce"];
        (await misbehavers.Identity.Count("select count(*) from callback_state where wrapped_visit is not null")).ShouldBeGreaterThan(0);
        (await misbehavers.Identity.Count(
            "select count(*) from callback_state where position($1::bytea in wrapped_visit) > 0", System.Text.Encoding.ASCII.GetBytes(nonce))).ShouldBe(0);
    }

    [Fact]
    public async Task No_table_but_the_read_model_of_accounts_tells_who_somebody_is_at_any_platform()
    {
        foreach (var platform in SimulatedPlatforms.Names)
            await browser.SignIn("li-na", platform);
        await browser.ProveForLink("li-na", "jd");
        var values = DemoPeople.Find("li-na")!.PersonalValues.ToArray();
        foreach (var table in (await misbehavers.Identity.Tables()).Where(table => table != "linked_account"))
        {
            var rows = (string)(await misbehavers.Identity.Scalar($"select coalesce(string_agg(t::text, '\n'), '') from {table} t"))!;
            values.ShouldAllBe(value => !rows.Contains(value, StringComparison.Ordinal), table);
        }
    }

    [Fact]
    public async Task No_page_makes_the_browser_fetch_from_a_platform()
    {
        var account = await browser.SignIn("li-na", "wechat");
        account.Body.ShouldNotContain("<img");
        account.Body.ShouldNotContain("/pictures/");
    }

    /// <summary>Once refused, nobody is signed in, and another platform is a way in at once.</summary>
    private async Task ShouldNotLetIn(string platform, string mode, string code, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        await misbehavers.Platforms.Misbehave(platform, mode);
        var refused = await Start(platform);
        refused.ShouldBeRefused(code, status);
        refused.Body.ShouldContain("href=\"/sign-in\"");
        (await browser.Get("/account")).Location.ShouldBe("/sign-in");
        (await browser.SignIn("li-na", platform == "weibo" ? "taobao" : "weibo")).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>A sign-in that may end where it starts: an OpenID Connect provider is asked first where to go.</summary>
    private async Task<TestBrowser.Answer> Start(string platform)
    {
        var started = await browser.Submit(await browser.Get("/sign-in"), $"/sign-in/{platform}");
        return started.Location is { } location ? await browser.Get(await browser.VisitPlatform(location, "li-na")) : started;
    }

    private async Task<Guid> PersonWho(string person, string? userAgent = null)
    {
        using var one = misbehavers.NewBrowser(userAgent);
        await one.SignIn(person, "wechat");
        return await misbehavers.Identity.PersonOf(one);
    }

    private async Task<string> Callback(string platform)
    {
        var started = await browser.Submit(await browser.Get("/sign-in"), $"/sign-in/{platform}");
        return await browser.VisitPlatform(started.Location!, "li-na");
    }
}

/// <summary>A service and platforms of their own: what one spec has a platform do, no other spec meets.</summary>
public sealed class Misbehavers(Testing.Servers servers) : IAsyncLifetime
{
    public SimulatedPlatforms Platforms { get; } = new();

    public IdentityService Identity { get; private set; } = null!;

    public TestBrowser NewBrowser(string? userAgent = null) => new(() => Identity.Address, Platforms.Port, userAgent);

    public async ValueTask InitializeAsync()
    {
        Identity = new IdentityService(servers, Platforms);
        // Nobody here waits for seconds.
        await Identity.Start(SimulatedPlatforms.Names.ToDictionary(name => $"Platforms:{name}:Patience", string? (_) => "00:00:01"));
    }

    public async ValueTask DisposeAsync()
    {
        await Identity.DisposeAsync();
        await Platforms.DisposeAsync();
    }
}

/// <summary>One after the other: a platform misbehaves for whoever asks it.</summary>
[CollectionDefinition]
public sealed class OneServiceOfMisbehavers : ICollectionFixture<Misbehavers>;
