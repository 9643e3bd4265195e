using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Jd;

/// <summary>
/// JD's OAuth 2.0 and its API gateway. The sign-in's own calls have the paths of Weibo's, so that they lie under
/// <c>/jd</c> here, as if on a host of their own.
/// </summary>
internal sealed class JdPlatform(PlatformOptions options, Misbehaviour misbehaviour, TimeProvider time) : IPlatform
{
    public const string Name = "jd";

    private static readonly AuthorizeDialect Dialect = new(
        Title: "京东 JD",
        Accent: "#b3211c",
        AccountName: person => person.Jd?.Nickname,
        DefaultResponseType: null,
        UnknownClient: JdError.InvalidApp.AsRefusal(),
        RedirectMismatch: JdError.WrongRedirect.AsRefusal(),
        UnsupportedResponseType: JdError.WrongResponseType.AsRefusal(),
        Denied: new Refusal { { "error", "access_denied" } })
    {
        ClientParameter = "app_key",
    };

    private readonly AuthorizationCodes _codes = new(time);
    private readonly IssuedTokens _access = new(time, TimeSpan.FromDays(1));
    private readonly IssuedTokens _refresh = new(time, TimeSpan.FromDays(30));

    public string Title => Dialect.Title;

    public void Map(IEndpointRouteBuilder routes)
    {
        new AuthorizeEndpoint(Dialect, options, _codes, misbehaviour).Map(routes, "/oauth2/to_login");
        new AccessToken(options, _codes, _access, _refresh, time).Map(routes);
        new Router(options, _access).Map(routes);
    }
}
