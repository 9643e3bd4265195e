namespace Hutong.IdentityLink.Platforms;

/// <summary>
/// The origins of the platforms' authorize pages: browsers apply a page's <c>form-action</c> to the redirect that
/// follows a form, too.
/// </summary>
public sealed class PlatformOrigins(KnownPlatforms platforms)
{
    /// <summary>All of them, as far as they are known by now.</summary>
    public string[] All => [.. platforms.All.SelectMany(platform => platform.AuthorizeOrigins).Distinct()];
}
