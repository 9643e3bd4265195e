using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using Microsoft.AspNetCore.WebUtilities;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed class MisbehaveSpecs : IDisposable
{
    private readonly SimulatedPlatforms _platforms = new();

    [Theory]
    [InlineData("weibo", "/oauth2/authorize"), InlineData("qq", "/oauth2.0/authorize"), InlineData("wechat", "/connect/qrconnect")]
    [InlineData("taobao", "/authorize"), InlineData("jd", "/oauth2/to_login"), InlineData("linli", "/linli/authorize")]
    public async Task A_platform_told_to_deny_denies_as_often_as_it_was_told(string platform, string path)
    {
        (await _platforms.Misbehave(platform, """{"mode":"deny","calls":2}""")).ShouldBe(HttpStatusCode.NoContent);
        for (var i = 0; i < 2; i++)
            QueryHelpers.ParseQuery((await _platforms.Decide(AuthorizeAddress(path), "li-na")).Query).ShouldNotContainKey("code");
        (await _platforms.Code(AuthorizeAddress(path), "li-na")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Without_a_number_it_goes_on_until_it_is_told_to_stop()
    {
        await _platforms.Misbehave("taobao", """{"mode":"nonsense"}""");
        for (var i = 0; i < 3; i++)
            (await Text("/token")).ShouldStartWith("<html>");
        (await Text("/misbehave")).ShouldContain("\"taobao\":{\"mode\":\"nonsense\"");
        using var behaves = await _platforms.Browser.DeleteAsync("/misbehave/taobao");
        (await Text("/token")).ShouldStartWith("{");
    }

    [Fact]
    public async Task What_goes_wrong_with_calls_leaves_the_authorize_page_and_other_platforms_alone()
    {
        await _platforms.Misbehave("weibo", """{"mode":"nonsense"}""");
        (await _platforms.Decide(AuthorizeAddress("/oauth2/authorize"), "li-na")).Query.ShouldContain("code=");
        (await Text("/token")).ShouldStartWith("{");
        (await Text("/oauth2/access_token")).ShouldStartWith("<html>");
    }

    [Fact]
    public async Task A_slow_platform_answers_late_and_one_that_times_out_never()
    {
        await _platforms.Misbehave("taobao", """{"mode":"slow","milliseconds":300,"calls":1}""");
        var since = Stopwatch.StartNew();
        (await Text("/token")).ShouldStartWith("{");
        since.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(290));

        await _platforms.Misbehave("taobao", """{"mode":"time-out","calls":1}""");
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Should.ThrowAsync<OperationCanceledException>(_platforms.Browser.PostAsync("/token", null, patience.Token));
    }

    [Fact]
    public async Task A_reused_code_is_one_that_was_presented_before()
    {
        await _platforms.Misbehave("qq", """{"mode":"reuse-code","calls":1}""");
        var (text, _) = await _platforms.GetText("/oauth2.0/token",
            ("grant_type", "authorization_code"), ("client_id", "1001"), ("client_secret", "one"), ("redirect_uri", Redirect),
            ("code", await _platforms.Code(AuthorizeAddress("/oauth2.0/authorize"), "li-na")));
        text.ShouldContain("100020");
    }

    [Fact]
    public async Task A_code_for_another_app_is_refused_where_the_platform_tells_no_audience()
    {
        await _platforms.Misbehave("jd", """{"mode":"other-app","calls":1}""");
        var (_, reply, _) = await _platforms.Post("/jd/oauth2/access_token",
            ("app_key", "1001"), ("app_secret", "one"), ("grant_type", "authorization_code"),
            ("code", await _platforms.Code(AuthorizeAddress("/oauth2/to_login"), "li-na")));
        reply["code"]!.GetValue<int>().ShouldBe(401);
    }

    [Fact]
    public async Task A_token_for_another_app_is_told_as_such_where_the_platform_tells_the_audience()
    {
        await _platforms.Misbehave("weibo", """{"mode":"other-app","calls":1}""");
        var (_, token, _) = await _platforms.Post("/oauth2/access_token",
            ("grant_type", "authorization_code"), ("client_id", "1001"), ("client_secret", "one"), ("redirect_uri", Redirect),
            ("code", await _platforms.Code(AuthorizeAddress("/oauth2/authorize"), "li-na")));
        var (_, info, _) = await _platforms.Post("/oauth2/get_token_info", ("access_token", token["access_token"]!.GetValue<string>()));
        info["appkey"]!.GetValue<long>().ShouldBe(999_999);
    }

    [Fact]
    public async Task A_union_id_may_be_left_out_and_come_later()
    {
        await _platforms.Misbehave("wechat", """{"mode":"omit-unionid","calls":1}""");
        var first = await WeChat();
        first.ShouldNotContainKey("unionid");
        (await Profile(first)).AsObject().ShouldNotContainKey("unionid");
        (await WeChat())["unionid"]!.GetValue<string>().ShouldBe(DemoPeople.Find("li-na")!.WeChat!.UnionId);
    }

    [Fact]
    public async Task A_snapshot_user_is_nobody()
    {
        await _platforms.Misbehave("wechat", """{"mode":"snapshot-user","calls":1}""");
        var reply = await WeChat();
        reply["is_snapshotuser"]!.GetValue<int>().ShouldBe(1);
        reply["openid"]!.GetValue<string>().ShouldNotBe(DemoPeople.Find("li-na")!.WeChat!.OpenId);
        (await Profile(reply))["nickname"]!.GetValue<string>().ShouldBe("微信用户");
    }

    [Theory]
    [InlineData("nowhere", """{"mode":"deny"}""", HttpStatusCode.NotFound)]
    [InlineData("jd", """{"mode":"snapshot-user"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("weibo", """{"mode":"omit-unionid"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("weibo", """{"mode":"deny","calls":0}""", HttpStatusCode.BadRequest)]
    [InlineData("weibo", """{"mode":"slow","milliseconds":-1}""", HttpStatusCode.BadRequest)]
    public async Task An_instruction_that_makes_no_sense_is_refused(string platform, string instruction, HttpStatusCode status) =>
        (await _platforms.Misbehave(platform, instruction)).ShouldBe(status);

    public void Dispose() => _platforms.Dispose();

    private async Task<string> Text(string path)
    {
        using var answer = path == "/misbehave" ? await _platforms.Browser.GetAsync(path) : await _platforms.Browser.PostAsync(path, null);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<JsonObject> WeChat()
    {
        var code = await _platforms.Code(AuthorizeAddress("/connect/qrconnect", scope: "snsapi_login"), "li-na");
        return (await _platforms.Get("/sns/oauth2/access_token",
            ("appid", "1001"), ("secret", "one"), ("code", code), ("grant_type", "authorization_code"))).Body.AsObject();
    }

    private async Task<JsonNode> Profile(JsonObject token) => (await _platforms.Get(
        QueryHelpers.AddQueryString("/sns/userinfo", new Dictionary<string, string?>
        {
            ["access_token"] = token["access_token"]!.GetValue<string>(),
            ["openid"] = token["openid"]!.GetValue<string>(),
        }))).Body;
}
