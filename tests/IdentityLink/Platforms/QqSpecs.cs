using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Platforms.Qq;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>QQ's adapter against QQ's words.</summary>
public sealed class QqSpecs : IAsyncDisposable
{
    private const string Token = """{"access_token":"t","expires_in":"7776000","refresh_token":"r"}""";
    private const string Me = """callback( {"client_id":"our-app","openid":"0A1B","unionid":"UID_9"} );""";

    private readonly RawPlatform platform = new();

    public ValueTask DisposeAsync() => platform.DisposeAsync();

    [Theory]
    [InlineData(Token)]
    [InlineData("access_token=t&expires_in=7776000&refresh_token=r")]
    [InlineData("""callback( {"access_token":"t"} )""")]
    public async Task The_token_may_come_as_json_as_a_form_or_in_a_callback(string token)
    {
        var account = await Redeem(token: token);
        account.Value!.Subject.ShouldBe("openid:our-app:0A1B");
        account.Value.Aliases.ShouldBe(["union:UID_9"]);
        account.Value.Nickname.ShouldBe("晓峰");
    }

    [Theory]
    [InlineData("""callback( {"error":100020,"error_description":"code is reused error"} );""")]
    [InlineData("callback( {\"error\":100016,\"error_description\":\"access token check failed\",} );\n")]
    public async Task An_error_comes_inside_the_callback_also_with_a_comma_too_many(string error)
    {
        (await Redeem(token: error)).Rejection!.Code.ShouldBe("platform_refused");
        (await Redeem(me: error)).Rejection!.Code.ShouldBe("platform_refused");
    }

    [Fact]
    public async Task Without_the_right_to_union_ids_the_openid_alone_names_the_account()
    {
        platform.Says("/oauth2.0/me", request => Microsoft.AspNetCore.Http.Results.Text(request.Query.ContainsKey("unionid")
            ? """callback( {"error":100048,"error_description":"no unionid permission"} );"""
            : """{"client_id":"our-app","openid":"0A1B"}"""));
        var account = await Redeem(me: null);
        account.Value!.Subject.ShouldBe("openid:our-app:0A1B");
        account.Value.Aliases.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_made_for_another_app_signs_nobody_in() =>
        (await Redeem(me: """callback( {"client_id":"another-app","openid":"0A1B"} );""")).Rejection!.Code.ShouldBe("platform_wrong_audience");

    [Fact]
    public async Task An_openid_is_never_taken_for_somebodys_union_id()
    {
        var account = await Redeem(me: """{"client_id":"our-app","openid":"union:UID_9"}""");
        account.Value!.Subject.ShouldBe("openid:our-app:union:UID_9");
    }

    [Fact]
    public async Task A_profile_counts_when_ret_is_zero_and_is_not_needed()
    {
        (await Redeem(user: """{"ret":"0","nickname":"晓峰"}""")).Value!.Nickname.ShouldBe("晓峰");
        (await Redeem(user: """{"ret":1002,"msg":"请先登录","nickname":"x"}""")).Value!.Nickname.ShouldBeNull();
        (await Redeem(user: "busy")).Value!.Nickname.ShouldBeNull();
    }

    [Fact]
    public async Task The_profile_is_asked_for_with_the_apps_key()
    {
        await Redeem();
        var asked = platform.At("/user/get_user_info").Parameters;
        asked["oauth_consumer_key"].ShouldBe("our-app");
        asked["openid"].ShouldBe("0A1B");
    }

    [Theory]
    [InlineData("callback")]
    [InlineData("callback();")]
    [InlineData("callback( [1] );")]
    [InlineData("<html>busy</html>")]
    [InlineData("a=b&c")]
    [InlineData("""{"access_token":""}""")]
    public async Task Nonsense_signs_nobody_in(string reply) =>
        (await Redeem(token: reply)).Rejection!.Code.ShouldBe("platform_unavailable");

    private Task<Outcome<PlatformAccount>> Redeem(string token = Token, string? me = Me, string user = """{"ret":0,"msg":"","nickname":"晓峰"}""")
    {
        platform.Says("/oauth2.0/token", token).Says("/user/get_user_info", user);
        if (me is not null)
            platform.Says("/oauth2.0/me", me);
        return RawPlatform.Redeem(new QqPlatform(
            new PlatformOptions
            {
                AuthorizeAddress = "http://qq.localhost/oauth2.0/authorize",
                ApiAddress = platform.Address,
                ClientId = "our-app",
                ClientSecret = "secret",
            },
            platform.Api));
    }
}
