using System.ComponentModel.DataAnnotations;

namespace Hutong.IdentityLink.Platforms;

/// <summary>The settings of one platform, <c>Platforms:{name}</c>.</summary>
public sealed class PlatformOptions
{
    /// <summary>The platform's authorize page, as browsers reach it.</summary>
    [Required, Url]
    public required string AuthorizeAddress { get; init; }

    /// <summary>The origin of <see cref="AuthorizeAddress"/>.</summary>
    public string AuthorizeOrigin => new Uri(AuthorizeAddress).GetLeftPart(UriPartial.Authority);

    /// <summary>Where this process reaches the platform's API.</summary>
    [Required, Url]
    public required string ApiAddress { get; init; }

    /// <summary>Our app's key at the platform.</summary>
    [Required]
    public required string ClientId { get; init; }

    /// <summary>Our app's secret at the platform.</summary>
    [Required]
    public required string ClientSecret { get; init; }
}
