using Hutong.EventStore;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Registration;

/// <summary>
/// Whose clients are whose. Somebody who absorbed the owner by a merge acts for them, until they are split; so that clients
/// need not change hands with either.
/// </summary>
public sealed class ClientOwners(IEventStore store)
{
    /// <summary>Whose clients a person manages: their own, and theirs who became part of them.</summary>
    public async Task<IReadOnlyList<Guid>> Of(Guid caller, CancellationToken cancellation)
    {
        var person = (await store.Load(Person.Fold, Person.StreamOf(caller), cancellation: cancellation)).State;
        return person.IsActive ? [caller, .. person.Has.Absorptions.Select(merge => merge.From)] : [];
    }
}
