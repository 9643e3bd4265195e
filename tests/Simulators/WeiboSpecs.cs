using System.Net;
using System.Text.Json;
using Hutong.Simulators.People;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed class WeiboSpecs : IDisposable
{
    private static readonly WeiboAccount LiNa = DemoPeople.Find("li-na")!.Weibo!;

    private readonly SimulatedPlatforms _platforms = new();

    [Fact]
    public async Task The_token_reply_has_numbers_as_strings_and_no_refresh_token()
    {
        var (status, body, contentType) = await Redeem(await Code("li-na"));

        status.ShouldBe(HttpStatusCode.OK);
        contentType.ShouldBe("text/plain; charset=utf-8");
        body["expires_in"]!.GetValue<string>().ShouldBe("7200");
        body["remind_in"]!.GetValue<string>().ShouldBe("7200");
        body["uid"]!.GetValue<string>().ShouldBe("5187302946");
        body["access_token"]!.GetValue<string>().ShouldStartWith("2.00");
        body.ContainsKey("refresh_token").ShouldBeFalse();
    }

    [Fact]
    public async Task Parameters_may_come_in_the_address_and_credentials_as_basic()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            $"/oauth2/access_token?grant_type=authorization_code&code={await Code("li-na")}&redirect_uri={Uri.EscapeDataString(Redirect)}");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("1001:one"u8));
        using var answer = await _platforms.Browser.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_works_once()
    {
        var code = await Code("li-na");
        await Redeem(code);
        var (status, body, _) = await Redeem(code);

        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ToJsonString().ShouldBe(JsonSerializer.Serialize(new
        {
            error = "invalid_grant",
            error_code = 21325,
            request = "/oauth2/access_token",
            error_uri = "/oauth2/access_token",
            error_description = $"invalid authorization code:{code}",
        }));
    }

    [Fact]
    public async Task A_code_works_for_ten_minutes()
    {
        var (early, late) = (await Code("li-na"), await Code("wang"));
        _platforms.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        (await Redeem(early)).Status.ShouldBe(HttpStatusCode.OK);
        _platforms.Clock.Advance(TimeSpan.FromSeconds(1));
        Error(await Redeem(late)).ShouldBe("invalid_grant 21325");
    }

    [Fact]
    public async Task A_code_is_bound_to_its_app_and_spent_by_another_that_tries_it()
    {
        var code = await Code("li-na");
        Error(await Redeem(code, client: "2002", secret: "two")).ShouldBe("invalid_grant 21325");
        Error(await Redeem(code)).ShouldBe("invalid_grant 21325");
    }

    [Fact]
    public async Task A_code_is_bound_to_its_address() =>
        Error(await Redeem(await Code("li-na"), redirect: $"{Redirect}/other")).ShouldBe("redirect_uri_mismatch 21322");

    [Fact]
    public async Task A_code_of_taobao_is_unknown_to_weibo() =>
        Error(await Redeem(await _platforms.Code(AuthorizeAddress("/authorize"), "li-na"))).ShouldBe("invalid_grant 21325");

    [Fact]
    public async Task A_wrong_secret_leaves_the_code_unspent()
    {
        var code = await Code("li-na");
        var refused = await Redeem(code, secret: "wrong");
        refused.Status.ShouldBe(HttpStatusCode.Unauthorized);
        Error(refused).ShouldBe("invalid_client 21324");
        (await Redeem(code)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Missing_credentials_and_foreign_grants_are_told_apart()
    {
        Error(await _platforms.Post("/oauth2/access_token", ("grant_type", "authorization_code"))).ShouldBe("invalid_request 21323");
        Error(await _platforms.Post("/oauth2/access_token", ("client_id", "1001"), ("client_secret", "one"), ("grant_type", "password")))
            .ShouldBe("unsupported_grant_type 21328");
        Error(await _platforms.Post("/oauth2/access_token", ("client_id", "1001"), ("client_secret", "one"), ("grant_type", "authorization_code")))
            .ShouldBe("invalid_request 21323");
    }

    [Fact]
    public async Task Token_info_tells_whose_it_is_and_for_which_app()
    {
        var token = await Token("li-na");
        _platforms.Clock.Advance(TimeSpan.FromSeconds(90));
        var (status, body, _) = await _platforms.Post("/oauth2/get_token_info", ("access_token", token));

        status.ShouldBe(HttpStatusCode.OK);
        body.ToJsonString().ShouldBe("""{"uid":5187302946,"appkey":1001,"scope":null,"create_at":1772352000,"expire_in":7110}""");
    }

    [Fact]
    public async Task Token_info_shows_a_token_that_another_app_was_given()
    {
        var code = await _platforms.Code(AuthorizeAddress("/oauth2/authorize", client: "2002", scope: "email,follow_app"), "li-na");
        var (_, reply, _) = await Redeem(code, client: "2002", secret: "two");
        var (_, body, _) = await _platforms.Post("/oauth2/get_token_info", ("access_token", reply["access_token"]!.GetValue<string>()));
        body["appkey"]!.GetValue<long>().ShouldBe(2002);
        body["scope"]!.GetValue<string>().ShouldBe("email,follow_app");
    }

    [Fact]
    public async Task A_token_is_unknown_once_revoked_and_expired_after_two_hours()
    {
        var (revoked, kept) = (await Token("li-na"), await Token("li-na"));
        var (_, body, _) = await _platforms.Post("/oauth2/revokeoauth2", ("access_token", revoked));
        body.ToJsonString().ShouldBe("""{"result":"true"}""");
        Error(await _platforms.Post("/oauth2/get_token_info", ("access_token", revoked))).ShouldBe("invalid_access_token 21332");
        Error(await _platforms.Post("/oauth2/revokeoauth2", ("access_token", revoked))).ShouldBe("invalid_access_token 21332");

        _platforms.Clock.Advance(TimeSpan.FromHours(2));
        Error(await _platforms.Post("/oauth2/get_token_info", ("access_token", kept))).ShouldBe("expired_token 21327");
        (await _platforms.Get($"/2/users/show.json?access_token={kept}&uid={LiNa.Uid}")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_profile_names_the_person_and_a_picture_on_the_browsers_host()
    {
        var (status, body) = await _platforms.Get($"/2/users/show.json?access_token={await Token("li-na")}&uid={LiNa.Uid}");

        status.ShouldBe(HttpStatusCode.OK);
        body["id"]!.GetValue<long>().ShouldBe(LiNa.Uid);
        body["idstr"]!.GetValue<string>().ShouldBe("5187302946");
        body["screen_name"]!.GetValue<string>().ShouldBe(LiNa.ScreenName);
        body["gender"]!.GetValue<string>().ShouldBe("f");
        body["profile_image_url"]!.GetValue<string>().ShouldBe("http://weibo.localhost:5200/pictures/3f9c1a.svg");
    }

    [Theory]
    [InlineData("uid=1", """{"error":"User does not exists!","error_code":20003,"request":"/2/users/show.json"}""")]
    [InlineData("", """{"error":"Miss required parameter (uid or screen_name) , see doc for more info.","error_code":10016,"request":"/2/users/show.json"}""")]
    public async Task The_api_errs_without_a_description(string query, string expected)
    {
        var (status, body) = await _platforms.Get($"/2/users/show.json?access_token={await Token("li-na")}&{query}");
        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ToJsonString().ShouldBe(expected);
    }

    [Fact]
    public async Task The_api_wants_a_token_it_knows()
    {
        (await _platforms.Get("/2/users/show.json?uid=1")).Body["error_code"]!.GetValue<int>().ShouldBe(10006);
        (await _platforms.Get("/2/users/show.json?uid=1&access_token=2.00none")).Body["error_code"]!.GetValue<int>().ShouldBe(21332);
    }

    [Theory]
    [InlineData("li-na", """[{"email":"lina.hutongkou@mail.example"}]""")]
    [InlineData("zhao", "[]")]
    public async Task The_email_is_an_array(string person, string expected)
    {
        var (_, body) = await _platforms.Get($"/2/account/profile/email.json?access_token={await Token(person, "follow_app,email")}");
        body.ToJsonString().ShouldBe(expected);
    }

    [Fact]
    public async Task The_email_needs_its_scope()
    {
        var (status, body) = await _platforms.Get($"/2/account/profile/email.json?access_token={await Token("li-na", "email_read")}");
        status.ShouldBe(HttpStatusCode.Forbidden);
        body["error_code"]!.GetValue<int>().ShouldBe(10014);
    }

    public void Dispose() => _platforms.Dispose();

    private static string Error((HttpStatusCode, System.Text.Json.Nodes.JsonObject Body, string?) answer) =>
        $"{answer.Body["error"]} {answer.Body["error_code"]}";

    private Task<string> Code(string person, string? scope = null) =>
        _platforms.Code(AuthorizeAddress("/oauth2/authorize", scope: scope), person);

    private async Task<string> Token(string person, string? scope = null) =>
        (await Redeem(await Code(person, scope))).Body["access_token"]!.GetValue<string>();

    private Task<(HttpStatusCode Status, System.Text.Json.Nodes.JsonObject Body, string? ContentType)> Redeem(
        string code, string client = "1001", string secret = "one", string redirect = Redirect) =>
        _platforms.Post("/oauth2/access_token",
            ("client_id", client), ("client_secret", secret), ("grant_type", "authorization_code"),
            ("code", code), ("redirect_uri", redirect));
}
