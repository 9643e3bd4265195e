using Hutong.Gateway.Forwarding;
using Hutong.Web;

namespace Hutong.Gateway.Sites;

/// <summary>The hosts that the gateway answers for: the public one and one per site.</summary>
internal sealed class SiteDirectory
{
    private readonly Dictionary<string, Site> byHost;

    private SiteDirectory(SiteAddresses addresses, IReadOnlyList<Site> sites, Client gateway)
    {
        Origin = addresses.Origin;
        PublicHost = new Uri(addresses.Origin).Authority;
        All = sites;
        Gateway = gateway;
        byHost = sites.ToDictionary(site => site.Host, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The public origin: the issuer of every token.</summary>
    public string Origin { get; }

    /// <summary>The <c>Host</c> header of the public origin.</summary>
    public string PublicHost { get; }

    /// <summary>The sites.</summary>
    public IReadOnlyList<Site> All { get; }

    /// <summary>The gateway itself, which exchanges tokens.</summary>
    public Client Gateway { get; }

    /// <summary>Reads sections <c>Public</c> and <c>Clients</c>.</summary>
    /// <exception cref="InvalidOperationException">A key is missing; the message names it.</exception>
    public static SiteDirectory From(IConfiguration configuration)
    {
        var addresses = SiteAddresses.From(configuration);
        return new SiteDirectory(
            addresses,
            [
                new Site("social", addresses.Social, ServiceNames.SocialFeed, ClientOf(configuration, "social")),
                new Site("shop", addresses.Shop, ServiceNames.CommerceCard, ClientOf(configuration, "shop")),
                new Site("brand", addresses.Brand, ServiceNames.Attribution, ClientOf(configuration, "brand")),
            ],
            ClientOf(configuration, "gateway"));
    }

    /// <summary>The site of a host, or null.</summary>
    public Site? OfHost(HostString host) => byHost.GetValueOrDefault(host.Value ?? "");

    /// <summary>The site of a name, or null.</summary>
    public Site? Named(string name) => All.FirstOrDefault(site => site.Name == name);

    /// <summary>Whether a host is the public one.</summary>
    public bool IsPublic(HostString host) => string.Equals(host.Value, PublicHost, StringComparison.OrdinalIgnoreCase);

    private static Client ClientOf(IConfiguration configuration, string name) => new(
        configuration[$"Clients:{name}:ClientId"] ?? $"hutong-{name}",
        configuration[$"Clients:{name}:ClientSecret"] is { Length: > 0 } secret
            ? secret
            : throw new InvalidOperationException($"Clients:{name}:ClientSecret is not set."));
}
