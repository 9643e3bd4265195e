using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Platforms.WeChat;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>WeChat's adapter against WeChat's words.</summary>
public sealed class WeChatSpecs : IAsyncDisposable
{
    private const string InsideWeChat =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49";

    private const string Token = """{"access_token":"t","expires_in":7200,"refresh_token":"r","openid":"oA1","scope":"snsapi_login"}""";
    private const string User = """{"openid":"oA1","nickname":"娜娜","headimgurl":"javascript:alert(1)","unionid":"oU9"}""";

    private readonly RawPlatform platform = new();

    public ValueTask DisposeAsync() => platform.DisposeAsync();

    [Fact]
    public async Task The_account_is_app_and_openid_and_the_union_id_is_another_name_of_it()
    {
        var account = await Redeem();
        account.Value!.Subject.ShouldBe("openid:wxweb:oA1");
        account.Value.Aliases.ShouldBe(["union:oU9"]);
        account.Value.Nickname.ShouldBe("娜娜");
    }

    [Fact]
    public async Task A_union_id_may_be_missing_or_in_the_token_reply()
    {
        (await Redeem(user: """{"openid":"oA1","nickname":"娜娜"}""")).Value!.Aliases.ShouldBeEmpty();
        (await Redeem(user: """{"openid":"oA1","unionid":""}""")).Value!.Aliases.ShouldBeEmpty();
        (await Redeem(token: Token.Replace("\"scope\"", "\"unionid\":\"oU9\",\"scope\"", StringComparison.Ordinal), user: "busy"))
            .Value!.Aliases.ShouldBe(["union:oU9"]);
    }

    [Theory]
    [InlineData("""{"errcode":40029,"errmsg":"invalid code"}""")]
    [InlineData("""{"errcode":"40163","errmsg":"code been used"}""")]
    public async Task An_error_comes_as_success_with_an_errcode(string token) =>
        (await Redeem(token: token)).Rejection!.Code.ShouldBe("platform_refused");

    [Fact]
    public async Task Somebody_whom_wechat_made_up_is_refused()
    {
        var snapshot = Token.Replace("}", ",\"is_snapshotuser\":1}", StringComparison.Ordinal);
        (await Redeem(token: snapshot)).Rejection!.Code.ShouldBe("platform_snapshot_user");
        (await Redeem(user: """{"openid":"oA1","is_snapshotuser":1}""")).Rejection!.Code.ShouldBe("platform_snapshot_user");
        (await Redeem(token: snapshot.Replace(":1}", ":0}", StringComparison.Ordinal))).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task The_profile_of_another_account_signs_nobody_in() =>
        (await Redeem(user: """{"openid":"oB2","unionid":"oU9"}""")).Rejection!.Code.ShouldBe("platform_wrong_audience");

    [Fact]
    public async Task A_browser_goes_to_the_websites_page_and_one_inside_wechat_to_its_own()
    {
        var web = await Address("Mozilla/5.0 (X11; Linux x86_64)");
        web.GetLeftPart(UriPartial.Path).ShouldBe("http://wechat.localhost/connect/qrconnect");
        web.Query.ShouldStartWith("?appid=wxweb&redirect_uri=");
        web.Query.ShouldContain("scope=snsapi_login");

        var inside = await Address(InsideWeChat);
        inside.GetLeftPart(UriPartial.Path).ShouldBe("http://wechat.localhost/connect/oauth2/authorize");
        inside.Fragment.ShouldBe("#wechat_redirect");
        var asked = QueryHelpers.ParseQuery(inside.Query);
        asked["appid"].ToString().ShouldBe("wxapp");
        asked["scope"].ToString().ShouldBe("snsapi_userinfo");
        System.Text.Encoding.UTF8.GetByteCount(asked["state"].ToString()).ShouldBeLessThanOrEqualTo(128);
    }

    [Fact]
    public async Task What_began_inside_wechat_is_redeemed_by_the_app_for_inside()
    {
        (await Redeem(visit: RawPlatform.Visit with { UserAgent = InsideWeChat })).Value!.Subject.ShouldBe("openid:wxapp:oA1");
        platform.At("/sns/oauth2/access_token").Parameters["secret"].ShouldBe("app-secret");
    }

    private WeChatPlatform WeChat => new(
        new WeChatOptions
        {
            AuthorizeAddress = "http://wechat.localhost/connect/qrconnect",
            ApiAddress = platform.Address,
            ClientId = "wxweb",
            ClientSecret = "web-secret",
            InApp = new WeChatApp
            {
                AuthorizeAddress = "http://wechat.localhost/connect/oauth2/authorize",
                ClientId = "wxapp",
                ClientSecret = "app-secret",
            },
        },
        platform.Api);

    private async Task<Uri> Address(string userAgent) =>
        (await WeChat.AuthorizeAddress(RawPlatform.Visit with { UserAgent = userAgent }, default)).Value!;

    private Task<Outcome<PlatformAccount>> Redeem(string token = Token, string user = User, PlatformVisit? visit = null)
    {
        platform.Says("/sns/oauth2/access_token", token).Says("/sns/userinfo", user);
        return RawPlatform.Redeem(WeChat, visit);
    }
}
