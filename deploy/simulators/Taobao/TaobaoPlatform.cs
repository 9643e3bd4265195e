using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Taobao;

/// <summary>Taobao's OAuth 2.0, server-side flow: an authorize page and a token reply that holds who signed in.</summary>
internal sealed class TaobaoPlatform(PlatformOptions options, Misbehaviour misbehaviour, TimeProvider time) : IPlatform
{
    public const string Name = "taobao";

    private static readonly AuthorizeDialect Dialect = new(
        Title: "淘宝 Taobao",
        Accent: "#a84300",
        AccountName: person => person.Taobao?.Nick,
        DefaultResponseType: null,
        UnknownClient: TaobaoError.InvalidClient("client_id is invalid").AsRefusal(),
        RedirectMismatch: TaobaoError.InvalidClient("application callback can not match the redirect_uri").AsRefusal(),
        UnsupportedResponseType: new TaobaoError("unsupported_response_type", "unsupported response type").AsRefusal(),
        Denied: new TaobaoError("access_denied", "authorize reject").AsRefusal());

    private readonly AuthorizationCodes _codes = new(time);

    public string Title => Dialect.Title;

    public void Map(IEndpointRouteBuilder routes)
    {
        new AuthorizeEndpoint(Dialect, options, _codes, misbehaviour).Map(routes, "/authorize");
        new Token(options, _codes, time).Map(routes);
    }
}
