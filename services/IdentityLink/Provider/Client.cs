using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Platforms;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Provider;

/// <summary>A client (RFC 6749, section 2) as the provider's endpoints see it, wherever it is registered.</summary>
public sealed record Client
{
    private const string UnionPrefix = "union:";

    /// <summary>Its client id.</summary>
    public required string Id { get; init; }

    /// <summary>What people read on the consent page.</summary>
    public required string Name { get; init; }

    /// <summary>What people read in Chinese; null where it has one name.</summary>
    public string? ChineseName { get; init; }

    /// <summary>Its secrets: two while it changes from one to the next.</summary>
    public IReadOnlyList<ClientSecret> Secrets { get; init; } = [];

    /// <summary>How it may authenticate, of <see cref="ClientAuthenticationMethods"/>.</summary>
    public required IReadOnlyList<string> AuthenticationMethods { get; init; }

    /// <summary>Its public keys for <c>private_key_jwt</c>; null for none.</summary>
    public JsonWebKeySet? Jwks { get; init; }

    /// <summary>What its id tokens are signed with: RS256 or ES256.</summary>
    public string IdTokenAlgorithm { get; init; } = SecurityAlgorithms.RsaSha256;

    /// <summary>What it may send to the token endpoint.</summary>
    public IReadOnlyList<string> GrantTypes { get; init; } = [];

    /// <summary>What a client that registers no grant types may send.</summary>
    public static IReadOnlyList<string> DefaultGrantTypes { get; } = ["authorization_code", "refresh_token"];

    /// <summary>The scopes it may ask for.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = Provider.Scopes.Offered;

    /// <summary>Whether its authorization requests must be pushed (RFC 9126, section 6).</summary>
    public bool RequiresPushedRequests { get; init; }

    /// <summary>Where answers may go.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>A program on a person's own machine (RFC 8252).</summary>
    public bool IsNative { get; init; }

    /// <summary>Where a browser may go after signing out.</summary>
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    /// <summary>Where logout tokens go; null for none.</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>Where security event tokens go; null for none.</summary>
    public string? SecurityEventsUri { get; init; }

    /// <summary>Its page for people; null for none.</summary>
    public string? ClientUri { get; init; }

    /// <summary>Its picture; null for none.</summary>
    public string? LogoUri { get; init; }

    /// <summary>What it does with what it learns; null where it does not say.</summary>
    public string? PolicyUri { get; init; }

    /// <summary>Its terms; null for none.</summary>
    public string? TermsUri { get; init; }

    /// <summary>Whose <c>sub</c> it sees.</summary>
    public required string Sector { get; init; }

    /// <summary>Whose <c>unionid</c> it may see; null for nobody's.</summary>
    public string? UnionSector { get; init; }

    /// <summary>Whether it is part of the installation, and nobody registered it.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>One of our own sites.</summary>
    public bool IsSite { get; init; }

    /// <summary>
    /// One of our own programs that anybody can start on a device and have a person let in (RFC 8628, section 5.4): good for
    /// what the page says that it may do, and for nothing else that a site may.
    /// </summary>
    public bool IsTool => IsSite && GrantTypes.Contains(Devices.DeviceCodeGrant.GrantType);

    /// <summary>Whether operators sign in here to do what only they may.</summary>
    public bool IsForOperators { get; init; }

    /// <summary>Which ways in its people expect first.</summary>
    public Side Side { get; init; } = Side.Social;

    /// <summary>The sectors that are its business.</summary>
    public IEnumerable<string> Sectors => UnionSector is { } union ? [Sector, union] : [Sector];

    /// <summary>Cannot keep a secret (RFC 6749, section 2.1), so that PKCE is all that binds a code to it.</summary>
    public bool IsPublic => AuthenticationMethods.Contains(ClientAuthenticationMethods.None);

    /// <summary>A client of configuration.</summary>
    public static Client Of(string id, ClientOptions options) => new()
    {
        Id = id,
        Name = options.Name,
        Secrets = options.SecretHash is { } hash ? [new ClientSecret(Convert.FromBase64String(hash), ExpiresAt: null)] : [],
        AuthenticationMethods = options switch
        {
            { AuthenticationMethod: { } method } => [method],
            { SecretHash: not null } => [ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.ClientSecretPost],
            _ => [ClientAuthenticationMethods.None],
        },
        Jwks = options.Jwks is { } jwks ? new JsonWebKeySet(jwks) : null,
        IdTokenAlgorithm = options.IdTokenAlgorithm,
        GrantTypes = options.GrantTypes ?? DefaultGrantTypes,
        Scopes = [.. Provider.Scopes.All.Append(Provider.Scopes.Partner).Where(scope => scope switch
        {
            Provider.Scopes.Operations => options.Operations,
            Provider.Scopes.Clients => options.RegistersClients,
            Provider.Scopes.Partner => options.GrantTypes?.Contains(ClientCredentialsGrant.GrantType) == true,
            _ => true,
        })],
        RequiresPushedRequests = options.RequiresPushedRequests,
        RedirectUris = options.RedirectUris,
        PostLogoutRedirectUris = options.PostLogoutRedirectUris,
        BackchannelLogoutUri = options.BackchannelLogoutUri,
        SecurityEventsUri = options.SecurityEventsUri,
        ClientUri = options.ClientUri,
        LogoUri = options.LogoUri,
        PolicyUri = options.PolicyUri,
        TermsUri = options.TermsUri,
        Sector = options.Sector ?? id,
        UnionSector = options.UnionGroup is { Length: > 0 } group ? UnionSectorOf(group) : null,
        IsConfigured = true,
        IsSite = options.Site,
        IsForOperators = options.Operations,
        Side = options.Side,
    };

    /// <summary>The sector of a developer's <c>unionid</c>.</summary>
    public static string UnionSectorOf(string group) => UnionPrefix + group;

    /// <summary>Whether a sector is that of a <c>unionid</c>.</summary>
    public static bool IsUnionSector(string sector) => sector.StartsWith(UnionPrefix, StringComparison.Ordinal);

    /// <summary>Whether a scope is there for it to ask for.</summary>
    public bool MayAskFor(string scope) => Scopes.Contains(scope) && scope switch
    {
        Provider.Scopes.UnionId => UnionSector is not null,
        Provider.Scopes.OfflineAccess => GrantTypes.Contains("refresh_token"),
        _ => true,
    };

    /// <summary>
    /// Whether answers may go to this address: exactly as registered (RFC 9700, section 2.1), but for the port at which a
    /// native client happens to listen (RFC 8252, section 7.3).
    /// </summary>
    public bool MayRedirectTo(string uri) => IsAmong(RedirectUris, uri);

    /// <summary>Whether a browser may be sent to this address after signing out.</summary>
    public bool MayReturnTo(string uri) => IsAmong(PostLogoutRedirectUris, uri);

    private bool IsAmong(IReadOnlyList<string> registered, string uri) =>
        registered.Contains(uri, StringComparer.Ordinal)
        || (IsNative && LoopbackAddresses.WithoutPort(uri) is { } asked
            && registered.Any(known => LoopbackAddresses.WithoutPort(known) == asked));

    /// <summary>Compares a secret in constant time with those that hold.</summary>
    public bool HasSecret(string secret, DateTimeOffset now)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        var found = false;
        foreach (var known in Secrets)
            found |= CryptographicOperations.FixedTimeEquals(hash, known.Hash) & (known.ExpiresAt is not { } end || now < end);
        return found;
    }
}

/// <summary>A client's secret.</summary>
/// <param name="Hash">Its SHA-256: it is random, so that no slow hash is needed.</param>
/// <param name="ExpiresAt">Until when it holds, UTC; null for as long as it is there.</param>
public sealed record ClientSecret(byte[] Hash, DateTimeOffset? ExpiresAt);
