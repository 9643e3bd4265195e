using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Recovering;
using Hutong.IdentityLink.Registration;
using Hutong.IdentityLink.Sessions;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Erasing;

/// <summary>Erase the person who is signed in.</summary>
/// <param name="AuthenticatedAt">When they last proved who they are, UTC.</param>
public sealed record ErasePerson(DateTimeOffset AuthenticatedAt);

/// <summary>
/// Carries out erasures. The streams stay as they are, and verifiable; the keys that their personal values are sealed
/// with are deleted in the same commit, the person's own and those of everybody they were merged from.
/// </summary>
public sealed class ErasingPersons(
    IEventStore store, CommandRunner runner, EndingSessions ending, ErasureRecords records, IOptions<LinkingOptions> options,
    TimeProvider time)
{
    /// <summary>Erases a person. Their accounts are free again: signing in with one makes somebody new.</summary>
    /// <returns>Who was erased: the person and everybody who was merged into them.</returns>
    public async Task<Outcome<Guid[]>> Handle(Guid personId, ErasePerson command, CancellationToken cancellation)
    {
        var outcome = await runner.Run(async cancellation => await Decide(personId, command, cancellation), cancellation);
        if (outcome.Succeeded)
        {
            // Before anybody is told: whoever was told that they are erased is not brought back by a backup.
            await records.Add(outcome.Value, cancellation);
            await ending.EndBroken([personId], cancellation);
        }
        return outcome;
    }

    private async Task<Decision<Guid[]>> Decide(Guid personId, ErasePerson command, CancellationToken cancellation)
    {
        var person = await Load(personId, cancellation);
        if (!person.State.IsActive)
            return new Rejection(LinkDecision.UnknownPerson);
        if (time.GetUtcNow() - command.AuthenticatedAt > options.Value.FreshFor)
            return new Rejection(LinkDecision.NotFresh);
        if (RecoverDecision.Holds(person.State, time.GetUtcNow(), options.Value))
            return new Rejection(RecoverDecision.Recent);
        return new(
            (Guid[])[personId, .. person.State.Has.Absorptions.Select(merge => merge.From)], await Erase(person, cancellation));
    }

    /// <summary>What erases a person who is there, and everybody who was merged into them.</summary>
    internal async Task<UnitOfWork> Erase(Loaded<Person> person, CancellationToken cancellation)
    {
        var personId = person.State.Id;
        var work = Erase(new UnitOfWork { Headers = new(Actor: personId.ToString()) }, person);
        foreach (var merge in person.State.Has.Absorptions)
            work = Erase(work, await Load(merge.From, cancellation));
        foreach (var held in person.State.Has.Accounts)
        {
            work = work.With(LinkedAccounts.Remove(held.Account), RowsOfPerson.DeleteGrants(held.Account));
            if (AccountStreams.PlatformOf(held.Account) == Passkey.Platform)
                work = work.With(StoredPasskeys.Delete(held.Account));
            foreach (var name in held.Names)
            {
                var account = await store.Load(Account.Fold, name, cancellation: cancellation);
                work = work.With(account.Append(new AccountReleased(personId)));
            }
        }
        return work;
    }

    private static UnitOfWork Erase(UnitOfWork work, Loaded<Person> person)
    {
        var erased = new PersonErased(person.State.Id);
        return work
            .With(person.Append(erased))
            .With(PersonKeys.Erase(person.State.Id))
            .With(RowsOfPerson.Delete(person.State.Id))
            .With(IdempotentCommands.Forget(RegisteringClients.ScopeOf(person.State.Id)))
            .With(SubjectRows.Difference(person.State, person.State.After([erased])));
    }

    private Task<Loaded<Person>> Load(Guid personId, CancellationToken cancellation) =>
        store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
}
