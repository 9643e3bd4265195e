using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// The clients as this instance knows them at the moment: those of configuration, and those that were registered. Ask it
/// anew each time; what is computed from it once does not follow changes.
/// </summary>
public sealed class Clients
{
    /// <summary>The gateway's own client, the only one that may exchange tokens (RFC 8693) for internal ones.</summary>
    public const string Gateway = "hutong-gateway";

    private readonly FrozenDictionary<string, Client> configured;
    private volatile Snapshot current;

    /// <summary>Takes those of configuration, <c>Provider:Clients</c>.</summary>
    public Clients(IOptions<ProviderOptions> options)
    {
        configured = options.Value.Clients.ToFrozenDictionary(c => c.Key, c => Client.Of(c.Key, c.Value), StringComparer.Ordinal);
        current = new Snapshot(configured, []);
    }

    /// <summary>All that may be used.</summary>
    public IEnumerable<Client> All => current.Usable.Values;

    /// <summary>All that may be used, or may come to be: not those that were given up for ever.</summary>
    public IEnumerable<Client> Lasting => current.Known.Values.Where(client => !client.IsRetired).Select(client => client.Client);

    /// <summary>The client of an id that may be used, or null.</summary>
    public Client? Find(string? id) => id is null ? null : current.Usable.GetValueOrDefault(id);

    /// <summary>Those that know people by the same <c>sub</c>, or whose <c>unionid</c> is the same where the sector is that of one.</summary>
    public IEnumerable<Client> WithSector(string sector) => current.BySector[sector];

    /// <summary>Whether a sector is that of a client of configuration.</summary>
    public bool IsConfiguredSector(string sector) => configured.Values.Any(client => client.Sectors.Contains(sector));

    /// <summary>What people read of a client, also of one that may not be used (any more); its id where nothing is known of it.</summary>
    public string NameOf(string id) => Known(id)?.Client.Name ?? id;

    /// <summary>Why a client may not be used, a code of <c>Errors</c>: nobody registered it, or it is not approved, or no more.</summary>
    public string WhyNot(string? id) => (id is null ? null : Known(id))?.WhyNot ?? "unknown_client";

    /// <summary>The registered ones are these from now on. An id of configuration is that of configuration.</summary>
    internal void Replace(IReadOnlyCollection<KnownClient> registered) => current = new Snapshot(configured, registered);

    private KnownClient? Known(string id) => current.Known.GetValueOrDefault(id);

    private sealed class Snapshot
    {
        public Snapshot(IReadOnlyDictionary<string, Client> configured, IEnumerable<KnownClient> registered)
        {
            var known = registered.ToDictionary(client => client.Client.Id, StringComparer.Ordinal);
            foreach (var (id, client) in configured)
                known[id] = new KnownClient(client, WhyNot: null);
            Known = known;
            Usable = known.Where(entry => entry.Value.WhyNot is null)
                .ToDictionary(entry => entry.Key, entry => entry.Value.Client, StringComparer.Ordinal);
            BySector = Usable.Values.SelectMany(client => client.Sectors, (client, sector) => (client, sector))
                .ToLookup(pair => pair.sector, pair => pair.client, StringComparer.Ordinal);
        }

        public Dictionary<string, KnownClient> Known { get; }

        public Dictionary<string, Client> Usable { get; }

        public ILookup<string, Client> BySector { get; }
    }
}

/// <summary>A client as an instance knows it.</summary>
/// <param name="Client">The client.</param>
/// <param name="WhyNot">Why it may not be used; null for one that may.</param>
/// <param name="IsRetired">Whether it was given up for ever.</param>
internal sealed record KnownClient(Client Client, string? WhyNot, bool IsRetired = false);
