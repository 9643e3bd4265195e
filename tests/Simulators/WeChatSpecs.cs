using System.Net;
using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed class WeChatSpecs : IDisposable
{
    private static readonly WeChatAccount LiNa = DemoPeople.Find("li-na")!.WeChat!;

    private readonly SimulatedPlatforms _platforms = new();

    [Fact]
    public async Task The_token_reply_is_json_under_the_name_of_text_with_openid_and_union_id()
    {
        var (text, type) = await _platforms.GetText("/sns/oauth2/access_token", Redemption(await Code("li-na")));
        type.ShouldBe("text/plain");
        var reply = JsonNode.Parse(text)!;
        reply["openid"]!.GetValue<string>().ShouldBe(LiNa.OpenId);
        reply["unionid"]!.GetValue<string>().ShouldBe(LiNa.UnionId);
        reply["expires_in"]!.GetValue<int>().ShouldBe(7200);
        reply.AsObject().ShouldNotContainKey("is_snapshotuser");
    }

    [Fact]
    public async Task Another_app_sees_another_openid_and_the_same_union_id()
    {
        var code = await _platforms.Code(AuthorizeAddress("/connect/oauth2/authorize", client: "2002", scope: "snsapi_userinfo"), "li-na");
        var reply = await Redeem(code, app: "2002", secret: "two");
        reply["openid"]!.GetValue<string>().ShouldBe(LiNa.InAppOpenId);
        reply["unionid"]!.GetValue<string>().ShouldBe(LiNa.UnionId);
    }

    [Fact]
    public async Task A_scope_without_the_profile_gives_no_union_id() =>
        (await Redeem(await _platforms.Code(AuthorizeAddress("/connect/oauth2/authorize", scope: "snsapi_base"), "li-na")))
            .AsObject().ShouldNotContainKey("unionid");

    [Fact]
    public async Task Errors_come_with_status_200()
    {
        var code = await Code("li-na");
        await Redeem(code);
        (await Redeem(code)).ToJsonString().ShouldBe("""{"errcode":40163,"errmsg":"code been used"}""");
        (await Redeem("unknown")).ToJsonString().ShouldBe("""{"errcode":40029,"errmsg":"invalid code"}""");
        Error(await Redeem(await Code("li-na"), app: "2002", secret: "two")).ShouldBe(40029);
        Error(await Redeem(code, secret: "wrong")).ShouldBe(40125);
        Error(await Redeem(code, app: "9999")).ShouldBe(40013);
    }

    [Fact]
    public async Task The_profile_wants_the_tokens_own_openid()
    {
        var token = (await Redeem(await Code("li-na")))["access_token"]!.GetValue<string>();
        var user = await Profile(token, LiNa.OpenId);
        user["nickname"]!.GetValue<string>().ShouldBe(LiNa.Nickname);
        user["unionid"]!.GetValue<string>().ShouldBe(LiNa.UnionId);

        Error(await Profile(token, LiNa.InAppOpenId)).ShouldBe(40003);
        Error(await Profile("none", LiNa.OpenId)).ShouldBe(40001);
        _platforms.Clock.Advance(TimeSpan.FromHours(2));
        Error(await Profile(token, LiNa.OpenId)).ShouldBe(42001);
    }

    [Fact]
    public async Task A_token_is_refreshed_for_thirty_days()
    {
        var refresh = (await Redeem(await Code("li-na")))["refresh_token"]!.GetValue<string>();
        _platforms.Clock.Advance(TimeSpan.FromDays(29));
        var token = (await Refresh(refresh))["access_token"]!.GetValue<string>();
        (await Profile(token, LiNa.OpenId))["openid"]!.GetValue<string>().ShouldBe(LiNa.OpenId);
        Error(await Refresh("none")).ShouldBe(40030);
        _platforms.Clock.Advance(TimeSpan.FromDays(1));
        Error(await Refresh(refresh)).ShouldBe(42002);
    }

    public void Dispose() => _platforms.Dispose();

    private static int Error(JsonNode reply) => reply["errcode"]!.GetValue<int>();

    private static (string, string?)[] Redemption(string code, string app = "1001", string secret = "one") =>
        [("appid", app), ("secret", secret), ("code", code), ("grant_type", "authorization_code")];

    private Task<string> Code(string person) => _platforms.Code(AuthorizeAddress("/connect/qrconnect", scope: "snsapi_login"), person);

    private Task<JsonNode> Redeem(string code, string app = "1001", string secret = "one") =>
        Ask("/sns/oauth2/access_token", Redemption(code, app, secret));

    private Task<JsonNode> Refresh(string token) =>
        Ask("/sns/oauth2/refresh_token", ("appid", "1001"), ("grant_type", "refresh_token"), ("refresh_token", token));

    private Task<JsonNode> Profile(string token, string openId) => Ask("/sns/userinfo", ("access_token", token), ("openid", openId));

    private async Task<JsonNode> Ask(string path, params (string, string?)[] parameters)
    {
        var (status, body) = await _platforms.Get(path, parameters);
        status.ShouldBe(HttpStatusCode.OK);
        return body;
    }
}
