using System.Net;
using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed class TaobaoSpecs : IDisposable
{
    private readonly SimulatedPlatforms _platforms = new();

    [Fact]
    public async Task The_token_reply_tells_who_signed_in_with_the_nick_percent_encoded()
    {
        var account = DemoPeople.Find("li-na")!.Taobao!;
        var (status, body, _) = await Redeem(await Code("li-na"));

        status.ShouldBe(HttpStatusCode.OK);
        body["taobao_user_id"]!.GetValue<string>().ShouldBe(account.UserId);
        body["taobao_open_uid"]!.GetValue<string>().ShouldBe(account.OpenUid);
        var nick = body["taobao_user_nick"]!.GetValue<string>();
        nick.ShouldBe("%E6%9D%8E%E5%A8%9C_%E8%83%A1%E5%90%8C%E5%8F%A3%E7%9A%84%E7%8C%AB");
        Uri.UnescapeDataString(nick).ShouldBe(account.Nick);
    }

    [Fact]
    public async Task The_token_reply_has_its_times_as_numbers()
    {
        var (_, body, _) = await Redeem(await Code("wang"));
        body["expires_in"]!.GetValue<long>().ShouldBe(86_400);
        body["re_expires_in"]!.GetValue<long>().ShouldBe(0);
        body["expire_time"]!.GetValue<long>().ShouldBe(1_772_438_400_000);
        body["token_type"]!.GetValue<string>().ShouldBe("Bearer");
        foreach (var level in new[] { "r1", "r2", "w1", "w2" })
            body[$"{level}_expires_in"]!.GetValue<long>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Someone_may_have_an_open_uid_only()
    {
        var (_, body, _) = await Redeem(await Code("zoe"));
        body["taobao_user_id"]!.GetValue<string>().ShouldBeEmpty();
        body["taobao_open_uid"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_shops_assistant_comes_through_a_sub_account()
    {
        var (_, body, _) = await Redeem(await Code("zhao"));
        body["sub_taobao_user_id"]!.GetValue<string>().ShouldBe("2211309912");
        Uri.UnescapeDataString(body["sub_taobao_user_nick"]!.GetValue<string>()).ShouldBe("晨山办公旗舰店:一鸣");

        var (_, plain, _) = await Redeem(await Code("li-na"));
        plain.ContainsKey("sub_taobao_user_id").ShouldBeFalse();
    }

    [Fact]
    public async Task A_spent_code_is_called_an_invalid_client()
    {
        var code = await Code("li-na");
        await Redeem(code);
        var (status, body, _) = await Redeem(code);
        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ToJsonString().ShouldBe(
            $$"""{"error":"invalid_client","error_description":"authorize code {{code}} invalidate,please authorize again."}""");
    }

    [Fact]
    public async Task A_late_code_is_spent()
    {
        var code = await Code("li-na");
        _platforms.Clock.Advance(TimeSpan.FromMinutes(10));
        Description(await Redeem(code)).ShouldEndWith("please authorize again.");
    }

    [Fact]
    public async Task A_code_is_bound_to_its_app_and_its_address()
    {
        Description(await Redeem(await Code("li-na"), client: "2002", secret: "two")).ShouldEndWith("please authorize again.");
        Description(await Redeem(await Code("li-na"), redirect: $"{Redirect}/other"))
            .ShouldBe("application callback can not match the redirect_uri");
    }

    [Theory]
    [InlineData("1001", "wrong")]
    [InlineData("9999", "one")]
    public async Task A_wrong_app_or_secret_is_refused(string client, string secret) =>
        Description(await Redeem(await Code("li-na"), client, secret)).ShouldBe("client_id or client_secret is invalid");

    [Fact]
    public async Task There_is_nothing_to_refresh()
    {
        var (_, body, _) = await _platforms.Post("/token",
            ("client_id", "1001"), ("client_secret", "one"), ("grant_type", "refresh_token"), ("refresh_token", "6201"));
        body["error"]!.GetValue<string>().ShouldBe("unsupported_grant_type");
    }

    public void Dispose() => _platforms.Dispose();

    private static string Description((HttpStatusCode, JsonObject Body, string?) answer) =>
        answer.Body["error_description"]!.GetValue<string>();

    private Task<string> Code(string person) => _platforms.Code(AuthorizeAddress("/authorize"), person);

    private Task<(HttpStatusCode Status, JsonObject Body, string? ContentType)> Redeem(
        string code, string client = "1001", string secret = "one", string redirect = Redirect) =>
        _platforms.Post("/token",
            ("client_id", client), ("client_secret", secret), ("grant_type", "authorization_code"),
            ("code", code), ("redirect_uri", redirect));
}
