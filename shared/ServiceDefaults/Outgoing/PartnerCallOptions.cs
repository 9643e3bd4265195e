namespace Hutong.ServiceDefaults.Outgoing;

/// <summary>The settings of calls to addresses that partners chose, <c>PartnerCalls</c>.</summary>
public sealed class PartnerCallOptions
{
    /// <summary>
    /// Hosts that are called wherever they are and without TLS as well, where configuration names the address: our own
    /// processes, and in development <c>localhost</c>. Names or addresses, without a port.
    /// </summary>
    public string[] ExemptHosts { get; init; } = [];

    /// <summary>
    /// Whether anybody who registers an app may name such a host, too. For development and tests alone: it lets whoever is
    /// signed in call what only we should reach.
    /// </summary>
    public bool ExemptRegistered { get; init; }

    /// <summary>Whether an address is of such a host.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isConfigured">Whether configuration names it, and not somebody who registered it.</param>
    public bool Exempts(Uri address, bool isConfigured) =>
        (isConfigured || ExemptRegistered) && ExemptHosts.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase);
}
