using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed class JdSpecs : IDisposable
{
    private static readonly JdAccount LiNa = DemoPeople.Find("li-na")!.Jd!;

    private readonly SimulatedPlatforms _platforms = new();

    [Fact]
    public async Task The_token_reply_says_code_zero_and_the_open_id()
    {
        var reply = await Redeem(await Code());
        reply["code"]!.GetValue<int>().ShouldBe(0);
        reply["open_id"]!.GetValue<string>().ShouldBe(LiNa.OpenId);
        reply["expires_in"]!.GetValue<int>().ShouldBe(86_400);
        reply["time"]!.GetValue<string>().ShouldBe("1772352000000");
    }

    [Fact]
    public async Task Errors_have_a_code_a_message_and_a_request_id()
    {
        var code = await Code();
        await Redeem(code);
        var again = await Redeem(code);
        again["code"]!.GetValue<int>().ShouldBe(401);
        again.ShouldContainKey("msg");
        again["requestId"]!.GetValue<string>().Length.ShouldBe(32);
        (await Redeem(await Code(), app: "2002", secret: "two"))["code"]!.GetValue<int>().ShouldBe(401);
        (await Redeem(await Code(), secret: "wrong"))["code"]!.GetValue<int>().ShouldBe(104);
    }

    [Fact]
    public async Task A_token_is_refreshed()
    {
        var refresh = (await Redeem(await Code()))["refresh_token"]!.GetValue<string>();
        var (_, reply, _) = await _platforms.Post("/jd/oauth2/refresh_token",
            ("app_key", "1001"), ("app_secret", "one"), ("grant_type", "refresh_token"), ("refresh_token", refresh));
        reply["open_id"]!.GetValue<string>().ShouldBe(LiNa.OpenId);
    }

    [Fact]
    public async Task A_signed_call_tells_the_nested_profile()
    {
        var reply = await Call(await Token(), sign => sign);
        var data = reply["jingdong_user_getUserInfoByOpenId_response"]!["getuserinfobyappidandopenid_result"]!["data"]!;
        data["nickName"]!.GetValue<string>().ShouldBe(LiNa.Nickname);
        data["imageUrl"]!.GetValue<string>().ShouldBe("http://jd.localhost:5200/pictures/3f9c1a.svg");
        data["gendar"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_wrong_signature_and_a_wrong_token_are_refused()
    {
        Code(await Call(await Token(), sign => sign.ToLowerInvariant())).ShouldBe("12");
        Code(await Call(await Token(), _ => "")).ShouldBe("12");
        Code(await Call("none", sign => sign)).ShouldBe("19");

        static string Code(JsonObject reply) => reply["error_response"]!["code"]!.GetValue<string>();
    }

    public void Dispose() => _platforms.Dispose();

    private Task<string> Code() => _platforms.Code(AuthorizeAddress("/oauth2/to_login", scope: "snsapi_base"), "li-na");

    private async Task<string> Token() => (await Redeem(await Code()))["access_token"]!.GetValue<string>();

    private async Task<JsonObject> Redeem(string code, string app = "1001", string secret = "one")
    {
        var (status, body, _) = await _platforms.Post("/jd/oauth2/access_token",
            ("app_key", app), ("app_secret", secret), ("grant_type", "authorization_code"), ("code", code));
        status.ShouldBe(HttpStatusCode.OK);
        return body;
    }

    private async Task<JsonObject> Call(string token, Func<string, string> sign)
    {
        (string Name, string Value)[] parameters =
        [
            // In the order of their names, as the signature wants them.
            ("360buy_param_json", $$"""{"openId":"{{LiNa.OpenId}}"}"""),
            ("access_token", token),
            ("app_key", "1001"),
            ("method", "jingdong.user.getUserInfoByOpenId"),
            ("timestamp", "2026-03-01 16:00:00"),
            ("v", "2.0"),
        ];
        var text = $"one{string.Concat(parameters.Select(p => p.Name + p.Value))}one";
#pragma warning disable CA5351 // JD's own.
        var signature = Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
        var (_, body, _) = await _platforms.Post("/routerjson", [.. parameters, ("sign", sign(signature))]);
        return body;
    }
}
