using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Profile;

/// <summary>A partner app that a person agreed to.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Name">What people read; the client id where it is no longer registered, so that it can be withdrawn from.</param>
/// <param name="Consents">What was agreed to: several where persons who became one had each agreed.</param>
public sealed record Partner(string ClientId, string Name, IReadOnlyList<PartnerConsent> Consents);

/// <summary>What a person agreed to at once.</summary>
/// <param name="Scopes">What the partner may have.</param>
/// <param name="TextVersion">The version of the text they read.</param>
/// <param name="GivenAt">UTC.</param>
public sealed record PartnerConsent(IReadOnlyList<string> Scopes, string TextVersion, DateTimeOffset GivenAt);

/// <summary>What a person agreed to, and when: the log knows.</summary>
public sealed class PartnerConsents(IEventStore store, Clients clients)
{
    /// <summary>The partners that a person agreed to and did not withdraw from.</summary>
    public async Task<IReadOnlyList<Partner>> Of(Person person, CancellationToken cancellation)
    {
        var given = new Dictionary<(Guid Origin, string ClientId), DateTimeOffset>();
        foreach (var origin in person.Has.Consents.Select(held => held.Origin).Distinct())
        {
            foreach (var stored in (await store.ReadStream(Person.StreamOf(origin), cancellation: cancellation)).Events)
            {
                if (stored.Data is ConsentGiven consent)
                    given[(origin, consent.ClientId)] = stored.Timestamp;
            }
        }
        return
        [
            .. person.Has.Consents.GroupBy(held => held.ClientId, (clientId, held) => new Partner(
                clientId, clients.NameOf(clientId),
                [.. held.Select(one => new PartnerConsent(one.Scopes, one.TextVersion, given[(one.Origin, clientId)]))])),
        ];
    }
}
