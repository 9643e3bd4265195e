using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData.Erasures;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Erasing;

/// <summary>
/// Erases persons again in a restored copy. There, somebody may still be merged with somebody who was split off before
/// either was erased: they are separated first, so that exactly those in the ledger go.
/// </summary>
internal sealed class ReplayingErasures(IEventStore store, CommandRunner runner, ErasingPersons erasing, MovingAccounts moving) : IReplayErasures
{
    public async Task<Outcome<bool>> Erase(Erasure erasure, IReadOnlySet<Guid> everybody, CancellationToken cancellation)
    {
        Outcome<bool> separated;
        do
            separated = await runner.Run(async cancellation => await Separate(erasure.PersonId, everybody, cancellation), cancellation);
        while (separated is { Succeeded: true, Value: true });
        return separated.Succeeded
            ? await runner.Run(async cancellation => await Erase(erasure.PersonId, cancellation), cancellation)
            : separated;
    }

    private async Task<Decision<bool>> Erase(Guid personId, CancellationToken cancellation)
    {
        var person = await Load(personId, cancellation);
        return person.State.IsActive ? new(true, await erasing.Erase(person, cancellation)) : new(false);
    }

    /// <summary>Separates the person from one with whom they are not to be erased; false when there is none left.</summary>
    private async Task<Decision<bool>> Separate(Guid personId, IReadOnlySet<Guid> everybody, CancellationToken cancellation)
    {
        var person = await Load(personId, cancellation);
        if (person.State.IsErased)
            return new(false);
        if (person.State.MergedInto is not { } into)
        {
            return person.State.Has.Absorptions.FirstOrDefault(merge => !everybody.Contains(merge.From)) is { } stays
                ? new(true, await Apart(person, await Load(stays.From, cancellation), stays.MergeId, cancellation))
                : new(false);
        }
        var goTogether = everybody.Contains(into);
        var holder = await Load(into, cancellation);
        while (holder.State.MergedInto is { } further)
        {
            goTogether &= everybody.Contains(further);
            holder = await Load(further, cancellation);
        }
        return goTogether || holder.State.Has.Absorptions.FirstOrDefault(merge => merge.From == personId) is not { } merged
            ? new(false)
            : new(true, await Apart(holder, person, merged.MergeId, cancellation));
    }

    private Task<UnitOfWork> Apart(Loaded<Person> holder, Loaded<Person> absorbed, Guid mergeId, CancellationToken cancellation)
    {
        var decision = MergeDecision.Separate(mergeId, holder, absorbed);
        var events = UnitOfWork.Empty.With(holder.Append(decision.HolderEvent)).With(absorbed.Append(decision.OtherEvent));
        return moving.With(events, decision, toHolder: false, cancellation);
    }

    private Task<Loaded<Person>> Load(Guid personId, CancellationToken cancellation) =>
        store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
}
