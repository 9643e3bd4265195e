using Microsoft.AspNetCore.Http.Features;

namespace Hutong.Gateway.Sites;

/// <summary>One of our sites: a host for browsers, served by one service, and a relying party of its own at the provider.</summary>
/// <param name="Name">As in configuration keys: <c>shop</c>.</param>
/// <param name="Origin">Its public origin.</param>
/// <param name="Service">Whose pages it shows.</param>
/// <param name="Client">What it is registered as at the provider.</param>
internal sealed record Site(string Name, string Origin, string Service, Client Client)
{
    /// <summary>The <c>Host</c> header it is asked for with.</summary>
    public string Host { get; } = new Uri(Origin).Authority;

    /// <summary>Where the provider's answer to a sign-in goes.</summary>
    public string RedirectUri { get; } = Origin + Paths.SignInCallback;

    /// <summary>Where the provider sends a browser that has signed out.</summary>
    public string PostLogoutRedirectUri { get; } = Origin + Paths.SignOutCallback;
}

/// <summary>A client at the provider, with its secret (RFC 6749, section 2.3.1).</summary>
internal sealed record Client(string Id, string Secret);

/// <summary>The gateway's own addresses on every site.</summary>
internal static class Paths
{
    public const string SignIn = "/signin";
    public const string SignInCallback = "/signin-oidc";
    public const string SignOut = "/signout";
    public const string SignOutCallback = "/signout-callback";
    public const string BackchannelLogout = "/backchannel-logout";
}

/// <summary>Which site a request came to.</summary>
internal static class SiteOfRequest
{
    /// <summary>The site.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is not one of a site's.</exception>
    public static Site Site(this HttpContext context) =>
        context.FindSite() ?? throw new InvalidOperationException("The request came to no site's host.");

    /// <summary>The site; null on the public host.</summary>
    public static Site? FindSite(this HttpContext context) => context.Features.Get<Site>();
}
