using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.OpenIdConnect;

/// <summary>
/// Linli 邻里通, a provider as OpenID Connect Core 1.0 has it: discovery, code flow with PKCE, id tokens, userinfo.
/// Its issuer is <c>{BrowserAddress}/linli</c>.
/// </summary>
internal sealed class OpenIdConnectPlatform(PlatformOptions options, Misbehaviour misbehaviour, TimeProvider time) : IPlatform
{
    public const string Name = "linli";

    private readonly AuthorizationCodes _codes = new(time);
    private readonly IssuedTokens _tokens = new(time, TimeSpan.FromHours(1));
    private readonly IdTokens _idTokens = new(time);

    public string Title => "邻里通 Linli (OpenID Connect)";

    public void Map(IEndpointRouteBuilder routes)
    {
        var issuer = $"{options.BrowserAddress.TrimEnd('/')}/linli";
        var dialect = new AuthorizeDialect(
            Title: "邻里通 Linli",
            Accent: "#5a3d8a",
            AccountName: person => person.Linli?.Nickname,
            DefaultResponseType: null,
            UnknownClient: new Refusal { { "error", "unauthorized_client" } },
            RedirectMismatch: new Refusal { { "error", "invalid_request" }, { "error_description", "redirect_uri is not registered" } },
            UnsupportedResponseType: new Refusal { { "error", "unsupported_response_type" } },
            Denied: new Refusal { { "error", "access_denied" } })
        {
            TellsAudience = true,
            Issuer = issuer,
        };
        new AuthorizeEndpoint(dialect, options, _codes, misbehaviour).Map(routes, "/linli/authorize");
        new Discovery(issuer, _idTokens).Map(routes);
        new Token(issuer, options, _codes, _tokens, _idTokens, misbehaviour).Map(routes);
        new UserInfo(_tokens).Map(routes);
    }
}
