using System.Net;

namespace Hutong.IdentityLink.Registration;

/// <summary>
/// Whose <c>sub</c> a client sees (OpenID Connect Core, section 8.1): that of the host which speaks for its addresses, or of
/// their one host. A client without a host of its own, such as a program on people's machines, is a sector by itself.
/// </summary>
public static class Sectors
{
    /// <summary>The sector of a client that has none yet.</summary>
    public static string Of(string clientId, ClientMetadata metadata) =>
        metadata.SectorIdentifierUri is { } document
            ? new Uri(document).IdnHost
            : Hosts(metadata) is [var host] ? host : clientId;

    /// <summary>Whether a client that has this sector may keep it and be that: a <c>sub</c> stays.</summary>
    public static bool Keeps(string sector, string clientId, ClientMetadata metadata) =>
        sector == clientId ? metadata.SectorIdentifierUri is null : Of(clientId, metadata) == sector;

    /// <summary>The hosts of its redirect addresses, without those that everybody has.</summary>
    public static IReadOnlyList<string> Hosts(ClientMetadata metadata) =>
    [
        .. metadata.RedirectUris.Select(text => new Uri(text)).Where(address => address.Scheme == Uri.UriSchemeHttps)
            .Select(address => address.IdnHost).Distinct(StringComparer.Ordinal),
    ];
}
