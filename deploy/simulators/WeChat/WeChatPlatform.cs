using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.WeChat;

/// <summary>
/// WeChat's OAuth 2.0: the website's page (<c>qrconnect</c>), the page inside WeChat, and the calls under
/// <c>/sns</c>. An account has an openid for the website app, another for further apps, and one union id.
/// </summary>
internal sealed class WeChatPlatform(PlatformOptions options, Misbehaviour misbehaviour, TimeProvider time) : IPlatform
{
    public const string Name = "wechat";

    private static readonly AuthorizeDialect Dialect = new(
        Title: "微信 WeChat",
        Accent: "#1c7a3c",
        AccountName: person => person.WeChat?.Nickname,
        DefaultResponseType: null,
        UnknownClient: WeChatReply.Refusal("appid 参数错误"),
        RedirectMismatch: WeChatReply.Refusal("redirect_uri 参数错误"),
        UnsupportedResponseType: WeChatReply.Refusal("response_type 参数错误"),
        // Who refuses is sent back with the state alone.
        Denied: [])
    {
        ClientParameter = "appid",
    };

    private readonly AuthorizationCodes _codes = new(time);
    private readonly WeChatTokens _tokens = new(time);

    public string Title => Dialect.Title;

    public void Map(IEndpointRouteBuilder routes)
    {
        new AuthorizeEndpoint(Dialect, options, _codes, misbehaviour).Map(routes, "/connect/qrconnect");
        new AuthorizeEndpoint(Dialect, options, _codes, misbehaviour).Map(routes, "/connect/oauth2/authorize");
        new AccessToken(options, _codes, _tokens, misbehaviour).Map(routes);
        new UserInfo(options, _tokens).Map(routes);
    }

    /// <summary>The account as an app knows it.</summary>
    public static string OpenIdOf(PlatformOptions options, WeChatAccount account, string appId) =>
        appId == options.ClientId ? account.OpenId : account.InAppOpenId;
}
