using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Weibo;

/// <summary>Weibo's OAuth 2.0 and the two calls that tell who signed in (open.weibo.com/wiki/Oauth2).</summary>
internal sealed class WeiboPlatform(PlatformOptions options, Misbehaviour misbehaviour, TimeProvider time) : IPlatform
{
    public const string Name = "weibo";

    private static readonly AuthorizeDialect Dialect = new(
        Title: "新浪微博 Weibo",
        Accent: "#b3411b",
        AccountName: person => person.Weibo?.ScreenName,
        DefaultResponseType: "code",
        UnknownClient: WeiboError.InvalidClient.AsRefusal("client_id or client_secret parameter is invalid"),
        RedirectMismatch: WeiboError.RedirectUriMismatch.AsRefusal("redirect_uri mismatch"),
        UnsupportedResponseType: WeiboError.UnsupportedResponseType.AsRefusal("unsupported response type"),
        Denied: WeiboError.AccessDenied.AsRefusal("user denied your request."))
    {
        TellsAudience = true,
    };

    private readonly AuthorizationCodes _codes = new(time);
    private readonly WeiboTokens _tokens = new(time);

    public string Title => Dialect.Title;

    public void Map(IEndpointRouteBuilder routes)
    {
        new AuthorizeEndpoint(Dialect, options, _codes, misbehaviour).Map(routes, "/oauth2/authorize");
        new AccessToken(options, _codes, _tokens).Map(routes);
        new TokenInfo(_tokens, misbehaviour, time).Map(routes);
        new Users(options, _tokens).Map(routes);
    }
}
