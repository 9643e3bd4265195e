using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Platforms.Jd;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>JD's adapter against JD's words.</summary>
public sealed class JdSpecs : IAsyncDisposable
{
    private const string Token =
        """{"access_token":"t","expires_in":86400,"refresh_token":"r","scope":"snsapi_base","open_id":"oJ1","time":"1772352000000","code":0}""";

    private const string User = """
        {"jingdong_user_getUserInfoByOpenId_response":{"code":"0","getuserinfobyappidandopenid_result":{"code":0,"msg":"成功",
        "data":{"nickName":"胡同里的豆","imageUrl":"http://127.0.0.1/x.svg","gendar":"2"}}}}
        """;

    private readonly RawPlatform platform = new();

    public ValueTask DisposeAsync() => platform.DisposeAsync();

    [Fact]
    public async Task The_account_is_app_and_open_id_with_the_nested_name()
    {
        var account = await Redeem();
        account.Value!.Subject.ShouldBe("openid:our-app:oJ1");
        account.Value.Nickname.ShouldBe("胡同里的豆");
    }

    [Theory]
    [InlineData("""{"code":0,"access_token":"t","open_id":"oJ1"}""", null)]
    [InlineData("""{"code":"0","access_token":"t","open_id":"oJ1"}""", null)]
    [InlineData("""{"code":401,"msg":"code is invalid","requestId":"7f3c"}""", "platform_refused")]
    [InlineData("""{"code":"401","access_token":"t","open_id":"oJ1"}""", "platform_refused")]
    [InlineData("""{"access_token":"t","open_id":"oJ1"}""", "platform_unavailable")]
    [InlineData("""{"code":0,"access_token":"t"}""", "platform_unavailable")]
    public async Task Success_is_code_zero(string token, string? rejection) =>
        ((await Redeem(token)).Rejection?.Code).ShouldBe(rejection);

    [Theory]
    [InlineData("""{"error_response":{"code":"19","zh_desc":"token无效","en_desc":"invalid access_token"}}""")]
    [InlineData("""{"jingdong_user_getUserInfoByOpenId_response":[]}""")]
    [InlineData("busy")]
    public async Task A_profile_that_cannot_be_read_does_not_stop_a_sign_in(string user)
    {
        var account = await Redeem(user: user);
        account.Value!.Subject.ShouldBe("openid:our-app:oJ1");
        account.Value.Nickname.ShouldBeNull();
    }

    [Fact]
    public async Task The_profile_call_is_signed()
    {
        await Redeem();
        var asked = platform.At("/routerjson").Parameters;
        asked["method"].ShouldBe("jingdong.user.getUserInfoByOpenId");
        asked["360buy_param_json"].ShouldBe("""{"openId":"oJ1"}""");
        asked["timestamp"].ShouldBe("2026-03-01 16:00:00");
        asked["v"].ShouldBe("2.0");
        // Computed apart from this code.
        asked["sign"].ShouldBe("D377CCF5F5C87BE054AC09F347393AA2");
    }

    [Fact]
    public async Task The_authorize_page_is_asked_in_jds_own_words()
    {
        var asked = QueryHelpers.ParseQuery((await Jd.AuthorizeAddress(RawPlatform.Visit, default)).Value!.Query);
        asked["app_key"].ToString().ShouldBe("our-app");
        asked["scope"].ToString().ShouldBe("snsapi_base");
        asked.ShouldNotContainKey("client_id");
    }

    private JdPlatform Jd => new(
        new JdOptions
        {
            AuthorizeAddress = "http://jd.localhost/oauth2/to_login",
            ApiAddress = platform.Address,
            RouterAddress = platform.Address,
            ClientId = "our-app",
            ClientSecret = "secret",
        },
        platform.Api, new StoppedClock());

    private Task<Outcome<PlatformAccount>> Redeem(string token = Token, string user = User)
    {
        platform.Says("/oauth2/access_token", token).Says("/routerjson", user);
        return RawPlatform.Redeem(Jd);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    }
}
