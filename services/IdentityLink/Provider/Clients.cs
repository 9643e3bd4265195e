using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Platforms;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Provider;

/// <summary>A registered client (RFC 6749, section 2).</summary>
public sealed class Client(string id, ClientOptions options)
{
    private const string UnionPrefix = "union:";

    private readonly byte[]? secretHash = options.SecretHash is { } hash ? Convert.FromBase64String(hash) : null;

    /// <summary>Its client id.</summary>
    public string Id => id;

    /// <summary>What people read on the consent page.</summary>
    public string Name => options.Name;

    /// <summary>Whose <c>sub</c> it sees.</summary>
    public string Sector => options.Sector ?? id;

    /// <summary>Whose <c>unionid</c> it may see; null for nobody's.</summary>
    public string? UnionSector => options.UnionGroup is { Length: > 0 } group ? UnionPrefix + group : null;

    /// <summary>The sectors that are its business.</summary>
    public IEnumerable<string> Sectors => UnionSector is { } union ? [Sector, union] : [Sector];

    /// <summary>Whether a sector is that of a <c>unionid</c>.</summary>
    public static bool IsUnionSector(string sector) => sector.StartsWith(UnionPrefix, StringComparison.Ordinal);

    /// <summary>One of our own sites.</summary>
    public bool IsSite => options.Site;

    /// <summary>Whether operators sign in here to do what only they may.</summary>
    public bool IsForOperators => options.Operations;

    /// <summary>Whether a scope is there for it to ask for.</summary>
    public bool MayAskFor(string scope) => scope switch
    {
        Scopes.Operations => IsForOperators,
        Scopes.UnionId => UnionSector is not null,
        _ => true,
    };

    /// <summary>Which ways in its people expect first.</summary>
    public Side Side => options.Side;

    /// <summary>Cannot keep a secret (RFC 6749, section 2.1), so that PKCE is all that binds a code to it.</summary>
    public bool IsPublic => secretHash is null;

    /// <summary>Where logout tokens go; null for none.</summary>
    public string? BackchannelLogoutUri => options.BackchannelLogoutUri;

    /// <summary>Whether answers may go to this address: exactly as registered (RFC 9700, section 2.1).</summary>
    public bool MayRedirectTo(string uri) => options.RedirectUris.Contains(uri, StringComparer.Ordinal);

    /// <summary>Whether a browser may be sent to this address after signing out.</summary>
    public bool MayReturnTo(string uri) => options.PostLogoutRedirectUris.Contains(uri, StringComparer.Ordinal);

    /// <summary>Compares a secret in constant time.</summary>
    public bool HasSecret(string secret) =>
        secretHash is not null
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), secretHash);
}

/// <summary>The registered clients.</summary>
public sealed class Clients(IOptions<ProviderOptions> options)
{
    /// <summary>The gateway's own client, the only one that may exchange tokens (RFC 8693) for internal ones.</summary>
    public const string Gateway = "hutong-gateway";

    private readonly Dictionary<string, Client> clients =
        options.Value.Clients.ToDictionary(c => c.Key, c => new Client(c.Key, c.Value), StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<Client> All => clients.Values;

    /// <summary>The client of an id, or null.</summary>
    public Client? Find(string? id) => id is null ? null : clients.GetValueOrDefault(id);
}
