using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Provider;

/// <summary>The registered clients.</summary>
public sealed class Clients(IOptions<ProviderOptions> options)
{
    /// <summary>The gateway's own client, the only one that may exchange tokens (RFC 8693) for internal ones.</summary>
    public const string Gateway = "hutong-gateway";

    private readonly Dictionary<string, Client> clients =
        options.Value.Clients.ToDictionary(c => c.Key, c => Client.Of(c.Key, c.Value), StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<Client> All => clients.Values;

    /// <summary>The client of an id, or null.</summary>
    public Client? Find(string? id) => id is null ? null : clients.GetValueOrDefault(id);
}
