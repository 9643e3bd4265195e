using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Platforms;

/// <summary>
/// The origins of the platforms' authorize pages: browsers apply a page's <c>form-action</c> to the redirect that
/// follows a form, too.
/// </summary>
public sealed class PlatformOrigins(KnownPlatforms platforms, IOptionsMonitor<PlatformOptions> options)
{
    /// <summary>All of them.</summary>
    public string[] All { get; } =
        [.. platforms.All.Select(platform => new Uri(options.Get(platform.Name).AuthorizeAddress).GetLeftPart(UriPartial.Authority)).Distinct()];
}
