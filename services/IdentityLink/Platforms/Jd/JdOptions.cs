using System.ComponentModel.DataAnnotations;

namespace Hutong.IdentityLink.Platforms.Jd;

/// <summary>The settings of JD, whose sign-in and whose API have a host each.</summary>
public sealed class JdOptions : PlatformOptions
{
    /// <summary>Where this process reaches JD's API gateway, <c>https://api.jd.com</c>.</summary>
    [Required, Url]
    public required string RouterAddress { get; init; }
}
