using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Platforms.Taobao;
using Hutong.IdentityLink.Platforms.Weibo;
using Microsoft.AspNetCore.Http;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>Adapters against a platform that says what the well-behaved simulators do not.</summary>
public sealed class AdapterSpecs : IAsyncDisposable
{
    private readonly RawPlatform platform = new();

    public ValueTask DisposeAsync() => platform.DisposeAsync();

    [Fact]
    public async Task Weibos_uid_counts_only_when_the_token_was_made_for_this_app_and_that_uid()
    {
        (await Weibo(info: """{"uid":5187302946,"appkey":"our-app"}""")).Value!.Subject.ShouldBe("5187302946");
        (await Weibo(info: """{"uid":5187302946,"appkey":"another-app"}""")).Rejection!.Code.ShouldBe("platform_wrong_audience");
        (await Weibo(info: """{"uid":1,"appkey":"our-app"}""")).Rejection!.Code.ShouldBe("platform_wrong_audience");
        (await Weibo(info: """{"appkey":"our-app"}""")).Rejection!.Code.ShouldBe("platform_wrong_audience");
        (await Weibo(info: """{"error":"invalid_access_token","error_code":21332}""")).Rejection!.Code.ShouldBe("platform_refused");
    }

    [Fact]
    public async Task A_weibo_profile_that_cannot_be_read_does_not_stop_a_sign_in()
    {
        var account = await Weibo(user: """{"error":"User does not exists!","error_code":20003}""");
        account.Value!.Nickname.ShouldBeNull();
    }

    [Fact]
    public async Task A_name_is_cut_to_what_fits_a_page_and_cannot_turn_the_text_around_it()
    {
        (await Weibo(user: $$"""{"screen_name":"{{new string('名', 500)}}"}""")).Value!.Nickname.ShouldBe(new string('名', 64));
        (await Weibo(user: """{"screen_name":" a\u0000b\u202e\u2066c\u2028\n "}""")).Value!.Nickname.ShouldBe("abc");
        (await Weibo(user: """{"screen_name":"👩\u200d👧"}""")).Value!.Nickname.ShouldBe("👩\u200d👧");
        (await Weibo(user: """{"screen_name":"a\ud800"}""")).Value!.Nickname.ShouldBeNull();
        (await Weibo(user: """{"screen_name":""}""")).Value!.Nickname.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"taobao_user_id":"123","taobao_user_nick":"%E6%9D%8E%E5%A8%9C","taobao_open_uid":"AAA"}""", "123", "李娜")]
    [InlineData("""{"taobao_user_id":123,"taobao_user_nick":"x"}""", "123", "x")]
    [InlineData("""{"taobao_user_id":"","taobao_open_uid":"AAA","taobao_user_nick":"x"}""", "open:AAA", "x")]
    [InlineData("""{"taobao_user_id":"123","sub_taobao_user_id":"9","sub_taobao_user_nick":"x%3Ay","taobao_user_nick":"shop"}""", "sub:9", "x:y")]
    public async Task Taobaos_reply_tells_who_signed_in(string reply, string subject, string nickname)
    {
        var account = await Taobao(reply);
        account.Value!.Subject.ShouldBe(subject);
        account.Value.Aliases.ShouldBeEmpty();
        account.Value.Nickname.ShouldBe(nickname);
    }

    [Theory]
    [InlineData("""{"error":"invalid_client","error_description":"authorize code is invalid"}""", 400, "platform_refused")]
    [InlineData("""{"error":"invalid_client"}""", 200, "platform_refused")]
    [InlineData("{}", 200, "platform_unavailable")]
    [InlineData("[]", 200, "platform_unavailable")]
    [InlineData("<html>busy</html>", 200, "platform_unavailable")]
    [InlineData("""{"taobao_user_id":"123"}""", 503, "platform_unavailable")]
    [InlineData("""{"taobao_user_id":"\ud800"}""", 200, "platform_unavailable")]
    public async Task A_reply_that_makes_no_sense_signs_nobody_in(string reply, int status, string code) =>
        (await Taobao(reply, status)).Rejection!.Code.ShouldBe(code);

    [Fact]
    public async Task A_platform_that_cannot_be_reached_is_unavailable() =>
        (await RawPlatform.Redeem(new TaobaoPlatform(Options, RawPlatform.Nowhere))).Rejection!.Code.ShouldBe("platform_unavailable");

    [Fact]
    public async Task A_reply_that_drips_without_end_is_given_up()
    {
        platform.Says("/token", _ => Results.Stream(async body =>
        {
            while (true)
            {
                await body.WriteAsync("{"u8.ToArray());
                await body.FlushAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }));
        var given = await RawPlatform.Redeem(new TaobaoPlatform(Options, platform.Api)).WaitAsync(TimeSpan.FromSeconds(10));
        given.Rejection!.Code.ShouldBe("platform_unavailable");
    }

    [Fact]
    public void An_account_prints_nothing_personal() =>
        new PlatformAccount("weibo", "5187302946", "李娜") { Aliases = ["union:5"] }.ToString().ShouldBe("an account at weibo");

    [Fact]
    public void A_visit_prints_none_of_its_secrets()
    {
        RawPlatform.Visit.ToString().ShouldBe("a visit that returns to http://localhost:8080/callback/here");
        new PlatformAnswer("the-code").ToString().ShouldNotContain("the-code");
    }

    private static PlatformOptions Options => new()
    {
        AuthorizeAddress = "http://platform.localhost/authorize",
        ApiAddress = "http://localhost/",
        ClientId = "our-app",
        ClientSecret = "secret",
    };

    private Task<Outcome<PlatformAccount>> Weibo(
        string info = """{"uid":5187302946,"appkey":"our-app"}""", string user = """{"screen_name":"李娜"}""")
    {
        platform
            .Says("/oauth2/access_token", """{"access_token":"t","expires_in":"7200","uid":"5187302946"}""")
            .Says("/oauth2/get_token_info", info)
            .Says("/2/users/show.json", user);
        return RawPlatform.Redeem(new WeiboPlatform(Options, platform.Api));
    }

    private Task<Outcome<PlatformAccount>> Taobao(string reply, int status = 200)
    {
        platform.Says("/token", reply, status);
        return RawPlatform.Redeem(new TaobaoPlatform(Options, platform.Api));
    }
}
