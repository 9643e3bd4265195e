using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.WeChat;

/// <summary>WeChat's errors (developers.weixin.qq.com, 全局返回码说明): with status 200, and JSON under the name of text.</summary>
internal sealed record WeChatError(int Number, string Message)
{
    public static readonly WeChatError InvalidToken = new(40001, "invalid credential, access_token is invalid or not latest");
    public static readonly WeChatError InvalidGrantType = new(40002, "invalid grant_type");
    public static readonly WeChatError InvalidOpenId = new(40003, "invalid openid");
    public static readonly WeChatError InvalidAppId = new(40013, "invalid appid");
    public static readonly WeChatError InvalidCode = new(40029, "invalid code");
    public static readonly WeChatError InvalidRefreshToken = new(40030, "invalid refresh_token");
    public static readonly WeChatError InvalidSecret = new(40125, "invalid appsecret");
    public static readonly WeChatError UsedCode = new(40163, "code been used");
    public static readonly WeChatError MissingCode = new(41008, "missing code");
    public static readonly WeChatError ExpiredToken = new(42001, "access_token expired");
    public static readonly WeChatError ExpiredRefreshToken = new(42002, "refresh_token expired");

    public IResult Answer() => WeChatReply.Of(new { errcode = Number, errmsg = Message });
}

internal static class WeChatReply
{
    public static IResult Of(object reply) =>
        Results.Text(System.Text.Json.JsonSerializer.Serialize(reply, System.Text.Json.JsonSerializerOptions.Web), "text/plain");

    /// <summary>The authorize page says what is wrong in words, without a number.</summary>
    public static Refusal Refusal(string words) => new() { { "errmsg", words } };
}
