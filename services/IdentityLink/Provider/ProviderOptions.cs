namespace Hutong.IdentityLink.Provider;

/// <summary>The settings of the OpenID provider, <c>Provider</c>.</summary>
public sealed class ProviderOptions
{
    /// <summary>The registered clients by client id.</summary>
    public IReadOnlyDictionary<string, ClientOptions> Clients { get; init; } = new Dictionary<string, ClientOptions>();

    /// <summary>How long an id token holds (OpenID Connect Core, section 2).</summary>
    public TimeSpan IdTokenLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an access token holds.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a refresh token waits to be used.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long after its rotation a refresh token still yields the same successor: for a lost answer.</summary>
    public TimeSpan RefreshGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an authorization code waits (RFC 6749, section 4.1.2: short).</summary>
    public TimeSpan CodeLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an authorization request waits for sign-in and consent.</summary>
    public TimeSpan RequestLifetime { get; init; } = TimeSpan.FromMinutes(30);
}
