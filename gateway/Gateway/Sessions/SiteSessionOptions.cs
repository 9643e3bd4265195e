using System.ComponentModel.DataAnnotations;

namespace Hutong.Gateway.Sessions;

/// <summary>The settings of the sites' sessions, <c>Sessions</c>.</summary>
internal sealed class SiteSessionOptions
{
    /// <summary>A session is over this long after it began.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(14);

    /// <summary>A session is over when it was not used for this long.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan IdleLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a sign-in may take, at the provider and the platforms behind it.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SignInLifetime { get; init; } = TimeSpan.FromMinutes(30);
}
