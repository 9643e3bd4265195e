namespace Hutong.ServiceDefaults.Outgoing;

/// <summary>The settings of calls to addresses that partners chose, <c>PartnerCalls</c>.</summary>
public sealed class PartnerCallOptions
{
    /// <summary>
    /// Hosts that are called wherever they are and without TLS as well: our own processes, and in development
    /// <c>localhost</c>. Names or addresses, without a port.
    /// </summary>
    public string[] ExemptHosts { get; init; } = [];

    /// <summary>Whether an address is of such a host.</summary>
    public bool Exempts(Uri address) => ExemptHosts.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase);
}
