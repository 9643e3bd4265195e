using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Qq;

/// <summary>QQ's OAuth 2.0 for websites (wiki.connect.qq.com) with <c>/me</c> and <c>get_user_info</c>.</summary>
internal sealed class QqPlatform(PlatformOptions options, Misbehaviour misbehaviour, TimeProvider time) : IPlatform
{
    public const string Name = "qq";

    private static readonly AuthorizeDialect Dialect = new(
        Title: "腾讯 QQ",
        Accent: "#1668a8",
        AccountName: person => person.Qq?.Nickname,
        DefaultResponseType: null,
        UnknownClient: QqError.UnknownClient.AsRefusal(),
        RedirectMismatch: QqError.WrongRedirect.AsRefusal(),
        UnsupportedResponseType: QqError.MissingResponseType.AsRefusal(),
        Denied: new Refusal { { "usercancel", "1" } })
    {
        TellsAudience = true,
    };

    private readonly AuthorizationCodes _codes = new(time);
    private readonly IssuedTokens _tokens = new(time, TimeSpan.FromDays(90));

    public string Title => Dialect.Title;

    public void Map(IEndpointRouteBuilder routes)
    {
        new AuthorizeEndpoint(Dialect, options, _codes, misbehaviour).Map(routes, "/oauth2.0/authorize");
        new Token(options, _codes, _tokens).Map(routes);
        new Me(_tokens, misbehaviour).Map(routes);
        new UserInfo(options, _tokens).Map(routes);
    }
}
