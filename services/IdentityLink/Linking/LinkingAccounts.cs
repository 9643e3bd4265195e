using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Linking;

/// <summary>Carries out links: one unit of work over the person's and the account's streams, all at the version read.</summary>
public sealed class LinkingAccounts(
    IEventStore store, CommandRunner runner, PersonKeys keys, IssuingReceipts receipts, IOptions<LinkingOptions> options, TimeProvider time)
{
    /// <summary>Links an account to a person; linking it again changes nothing.</summary>
    /// <param name="personId">Who links.</param>
    /// <param name="command">What to link.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    /// <param name="rows">What to write with the link.</param>
    /// <returns>The account's platform, or a rejection of <see cref="LinkDecision"/>.</returns>
    public Task<Outcome<string>> Handle(
        Guid personId, LinkAccount command, CancellationToken cancellation, params IReadOnlyList<RowWrite> rows) =>
        runner.Run(async cancellation => await Decide(personId, command, rows, cancellation), cancellation);

    private async Task<Decision<string>> Decide(
        Guid personId, LinkAccount command, IReadOnlyList<RowWrite> rows, CancellationToken cancellation)
    {
        var proved = command.Proved;
        var person = await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
        var account = await AccountNames.Read(store, [proved.Account, .. proved.Aliases], cancellation);
        var now = time.GetUtcNow();
        var outcome = LinkDecision.Decide(command, person.State, account, now, options.Value.FreshFor);
        if (outcome.Rejection is { } rejection)
            return rejection;
        var events = outcome.Value!;
        if (events.Count == 0)
            return new(proved.Platform);
        if (await keys.Find(personId, cancellation) is not { } key)
            return new Rejection(LinkDecision.UnknownPerson);

        var evidence = new Evidence(command.SignIn, new(account.Account, proved.ProvedAt), command.TextVersion);
        var work = account.Claim(personId).Aggregate(
            new UnitOfWork { Headers = new(Actor: personId.ToString()) }
                .With(person.Append(await receipts.With(person.State, events, evidence, cancellation))),
            (work, claim) => work.With(claim));
        if (account.Owner is null)
        {
            work = work.With(
                LinkedAccounts.Row(new(
                    account.Account, personId, proved.Platform, key.OpenOptional(proved.Nickname), now, account.Streams[0].Version + 1)),
                Notices.Of(personId, NoticeKind.AccountLinked, proved.Platform, now));
        }
        return new(proved.Platform, work.With(rows));
    }
}
