using System.ComponentModel.DataAnnotations;
using Hutong.IdentityLink.Platforms;

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

/// <summary>A client, <c>Provider:Clients:{client_id}</c>.</summary>
public sealed class ClientOptions
{
    /// <summary>What people read on the consent page.</summary>
    [Required]
    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret, base64; null for a public client. Secrets are random, so that no slow hash is needed.</summary>
    public string? SecretHash { get; init; }

    /// <summary>Where answers may go; compared character by character.</summary>
    public string[] RedirectUris { get; init; } = [];

    /// <summary>Where a browser may go after signing out; compared character by character.</summary>
    public string[] PostLogoutRedirectUris { get; init; } = [];

    /// <summary>Where logout tokens go; null for none.</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>Clients of one sector see the same <c>sub</c> (OpenID Connect Core, section 8.1); the client id by default.</summary>
    public string? Sector { get; init; }

    /// <summary>
    /// The developer whose apps see one <c>unionid</c> of a person, each besides its own <c>sub</c>; null for none. It is
    /// a <c>sub</c> of the group: assigned once, and stable through merge and split like any other.
    /// </summary>
    public string? UnionGroup { get; init; }

    /// <summary>One of our own sites: no consent page, and its tokens end with the browser session.</summary>
    public bool Site { get; init; }

    /// <summary>Whether it may have the scope <see cref="Scopes.Operations"/> when an operator signs in. For sites alone.</summary>
    public bool Operations { get; init; }

    /// <summary>Which ways in the sign-in page offers first.</summary>
    public Side Side { get; init; } = Side.Social;
}
