using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using Microsoft.AspNetCore.WebUtilities;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed class QqSpecs : IDisposable
{
    private readonly SimulatedPlatforms _platforms = new();

    [Fact]
    public async Task The_token_reply_is_a_form_unless_json_is_asked_for()
    {
        var (form, type) = await Redeem(await Code("li-na"));
        type.ShouldBe("text/html; charset=utf-8");
        var fields = QueryHelpers.ParseQuery(form);
        fields["expires_in"].ToString().ShouldBe("7776000");
        fields.ShouldContainKey("access_token");

        var (json, _) = await Redeem(await Code("li-na"), format: "json");
        JsonNode.Parse(json)!["expires_in"]!.GetValue<string>().ShouldBe("7776000");
    }

    [Fact]
    public async Task Me_comes_in_a_callback_with_a_union_id_only_when_asked_for()
    {
        var token = await Token("li-na");
        var account = DemoPeople.Find("li-na")!.Qq!;
        (await _platforms.GetText("/oauth2.0/me", ("access_token", token))).Text
            .ShouldBe($$"""callback( {"client_id":"1001","openid":"{{account.OpenId}}"} );""" + "\n");
        (await _platforms.GetText("/oauth2.0/me", ("access_token", token), ("unionid", "1"), ("fmt", "json"))).Text
            .ShouldBe($$"""{"client_id":"1001","openid":"{{account.OpenId}}","unionid":"{{account.UnionId}}"}""");
    }

    [Theory]
    [InlineData("json"), InlineData(null)]
    public async Task Errors_come_in_a_callback_with_a_comma_too_many_whatever_was_asked_for(string? format)
    {
        var code = await Code("li-na");
        await Redeem(code);
        (await Redeem(code, format: format)).Text.ShouldBe("callback( {\"error\":100020,\"error_description\":\"code is reused error\",} );\n");
        (await Redeem("unknown", format: format)).Text.ShouldContain("100019");
        (await _platforms.GetText("/oauth2.0/me", ("access_token", "none"), ("fmt", format))).Text.ShouldContain("100016");
    }

    [Fact]
    public async Task A_code_is_bound_to_its_app_and_its_address()
    {
        (await Redeem(await Code("li-na"), client: "2002", secret: "two")).Text.ShouldContain("100019");
        (await Redeem(await Code("li-na"), redirect: $"{Redirect}/other")).Text.ShouldContain("100010");
        (await Redeem(await Code("li-na"), secret: "wrong")).Text.ShouldContain("100009");
    }

    [Fact]
    public async Task The_profile_wants_the_apps_key_and_the_openid()
    {
        var (token, account) = (await Token("wang"), DemoPeople.Find("wang")!.Qq!);
        var (_, user) = await Profile(token, "1001", account.OpenId);
        user["ret"]!.GetValue<int>().ShouldBe(0);
        user["nickname"]!.GetValue<string>().ShouldBe(account.Nickname);
        user["figureurl_qq_2"]!.GetValue<string>().ShouldBe("http://qq.localhost:5200/pictures/b07e52.svg");

        (await Profile(token, "2002", account.OpenId)).Body["ret"]!.GetValue<int>().ShouldBe(-1);
        (await Profile(token, "1001", "another")).Body["ret"]!.GetValue<int>().ShouldBe(-1);
        (await Profile("none", "1001", account.OpenId)).Body["ret"]!.GetValue<int>().ShouldBe(-23);
    }

    public void Dispose() => _platforms.Dispose();

    private Task<(System.Net.HttpStatusCode Status, JsonNode Body)> Profile(string token, string app, string openId) =>
        _platforms.Get("/user/get_user_info", ("access_token", token), ("oauth_consumer_key", app), ("openid", openId));

    private Task<string> Code(string person) => _platforms.Code(AuthorizeAddress("/oauth2.0/authorize"), person);

    private async Task<string> Token(string person) =>
        JsonNode.Parse((await Redeem(await Code(person), format: "json")).Text)!["access_token"]!.GetValue<string>();

    private Task<(string Text, string? ContentType)> Redeem(
        string code, string client = "1001", string secret = "one", string redirect = Redirect, string? format = null) =>
        _platforms.GetText("/oauth2.0/token",
            ("grant_type", "authorization_code"), ("client_id", client), ("client_secret", secret), ("code", code),
            ("redirect_uri", redirect), ("fmt", format));
}
