using System.ComponentModel.DataAnnotations;

namespace Hutong.IdentityLink.Platforms;

/// <summary>The settings that every platform has, <c>Platforms:{name}</c>.</summary>
public abstract class AppOptions
{
    /// <summary>Our app's key at the platform.</summary>
    [Required]
    public required string ClientId { get; init; }

    /// <summary>Our app's secret at the platform.</summary>
    [Required]
    public required string ClientSecret { get; init; }

    /// <summary>
    /// How long one call may take before the platform counts as unavailable. A little more than the 5 s after which an
    /// attempt is given up, so that a platform that hangs is noticed as such and left alone for a while.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(6);
}

/// <summary>The settings of a platform with a wire format of its own.</summary>
public class PlatformOptions : AppOptions
{
    /// <summary>The platform's authorize page, as browsers reach it.</summary>
    [Required, Url]
    public required string AuthorizeAddress { get; init; }

    /// <summary>The origin of <see cref="AuthorizeAddress"/>.</summary>
    public string AuthorizeOrigin => new Uri(AuthorizeAddress).GetLeftPart(UriPartial.Authority);

    /// <summary>Where this process reaches the platform's API.</summary>
    [Required, Url]
    public required string ApiAddress { get; init; }
}
