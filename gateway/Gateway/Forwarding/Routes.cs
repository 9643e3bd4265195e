using Hutong.Gateway.Protection;
using Hutong.Gateway.Sites;
using Yarp.ReverseProxy.Configuration;

namespace Hutong.Gateway.Forwarding;

/// <summary>
/// What is reachable from outside: the provider's own addresses on the public host, the APIs' prefixes on every host, and
/// on a site's host the pages of its service. Nothing else is.
/// </summary>
internal static class Routes
{
    private const string KindKey = "kind";
    private const string ProviderKind = "provider";

    /// <summary>A catalogue of some thousand products.</summary>
    private const long MaxCatalogue = 16 * 1024 * 1024;

    private static readonly (string Path, string? Limit)[] Provider =
    [
        ("/.well-known/openid-configuration", null),
        ("/.well-known/oauth-authorization-server", null),
        ("/jwks/{**rest}", null),
        ("/authorize/{**rest}", RateLimits.SigningIn),
        ("/sign-in/{**rest}", RateLimits.SigningIn),
        ("/callback/{platform}", RateLimits.SigningIn),
        ("/consent/{**rest}", RateLimits.SigningIn),
        ("/account/{**rest}", RateLimits.SigningIn),
        ("/recover/{**rest}", RateLimits.SigningIn),
        ("/end_session/{**rest}", RateLimits.SigningIn),
        ("/device/{**rest}", RateLimits.SigningIn),
        ("/device_authorization", RateLimits.Tokens),
        ("/par", RateLimits.Tokens),
        ("/introspect", RateLimits.Tokens),
        ("/revoke", RateLimits.Tokens),
        ("/token", RateLimits.Tokens),
        ("/userinfo", RateLimits.Tokens),
        ("/subject_notices", RateLimits.Tokens),
        ("/logout_deliveries", RateLimits.Tokens),
        ("/security_events/deliveries", RateLimits.Tokens),
        ("/security_events/replay", RateLimits.Tokens),
        ("/", null),
        ("/language", null),
        ("/assets/{**rest}", null),
    ];

    private static readonly (string Prefix, string Service)[] Apis =
    [
        ("identity", ServiceNames.IdentityLink),
        ("feed", ServiceNames.SocialFeed),
        ("products", ServiceNames.CommerceCard),
        ("cards", ServiceNames.CommerceCard),
        ("embed", ServiceNames.CommerceCard),
        ("orders", ServiceNames.CommerceCard),
        ("ladders", ServiceNames.CommerceCard),
        ("catalogue", ServiceNames.CommerceCard),
        ("attribution", ServiceNames.Attribution),
    ];

    public static IReadOnlyList<RouteConfig> For(SiteDirectory sites) =>
    [
        .. Provider.Select(route => new RouteConfig
        {
            RouteId = $"provider {route.Path}",
            ClusterId = ServiceNames.IdentityLink,
            Match = new RouteMatch { Path = route.Path, Hosts = [sites.PublicHost] },
            RateLimiterPolicy = route.Limit,
            Metadata = new Dictionary<string, string> { [KindKey] = ProviderKind },
        }),
        .. Apis.Select(api => new RouteConfig
        {
            RouteId = $"api {api.Prefix}",
            ClusterId = api.Service,
            Match = new RouteMatch { Path = $"/{api.Prefix}/{{**rest}}" },
            MaxRequestBodySize = api.Prefix == "catalogue" ? MaxCatalogue : null,
        }),
        .. sites.All.Select(site => new RouteConfig
        {
            RouteId = $"site {site.Name}",
            ClusterId = site.Service,
            Match = new RouteMatch { Path = "/{**rest}", Hosts = [site.Host] },
        }),
    ];

    /// <summary>Whether a route is the provider's own: it knows its callers itself, by its own cookies and credentials.</summary>
    public static bool IsProviders(this RouteConfig route) => route.Metadata?.GetValueOrDefault(KindKey) == ProviderKind;
}
