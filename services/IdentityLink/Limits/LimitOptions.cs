using System.ComponentModel.DataAnnotations;

namespace Hutong.IdentityLink.Limits;

/// <summary>
/// How often somebody may do what they proved that they may do, <c>Limits</c>: each a bucket of a minute's worth that fills
/// evenly, at every instance by itself. What a network address may ask for is limited at the gateway.
/// </summary>
public sealed class LimitOptions
{
    /// <summary>False turns all of them off, for load tests.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Sign-ins with one account, a minute.</summary>
    [Range(1, int.MaxValue)]
    public int SignInsPerMinute { get; init; } = 30;

    /// <summary>Authorizations that one person gives one client, a minute: also those that no page asks for.</summary>
    [Range(1, int.MaxValue)]
    public int AuthorizationsPerMinute { get; init; } = 240;

    /// <summary>Registrations and changes of clients by one person, a minute: each is an event for ever.</summary>
    [Range(1, int.MaxValue)]
    public int ClientChangesPerMinute { get; init; } = 30;

    /// <summary>How often one partner has events delivered again, a minute: up to a thousand each time.</summary>
    [Range(1, int.MaxValue)]
    public int ReplaysPerMinute { get; init; } = 10;

    /// <summary>Requests of one partner's servers to the token endpoint and its neighbours, a minute.</summary>
    [Range(1, int.MaxValue)]
    public int ClientRequestsPerMinute { get; init; } = 12_000;
}
