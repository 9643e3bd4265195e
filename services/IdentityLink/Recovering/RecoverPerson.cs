using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Revoking;

namespace Hutong.IdentityLink.Recovering;

/// <summary>Link a new way in to somebody who cannot sign in.</summary>
/// <param name="By">Who, and what stands in for the sign-in.</param>
/// <param name="Proved">The account, sealed with the person's key.</param>
public sealed record RecoverPerson(Recovery By, ProvedAccount Proved);

/// <summary>What a recovery writes to the person's stream.</summary>
public static class RecoverDecision
{
    /// <summary>The code is nobody's, was used or replaced; or the person has a way in that is open.</summary>
    public const string Invalid = "recovery_invalid";

    /// <summary>The person was recovered a short while ago.</summary>
    public const string Recent = "recovered_recently";

    /// <summary>
    /// Whether somebody was recovered so recently that nothing may be taken from them that cannot be given back: if it was
    /// not them, they still find what is theirs.
    /// </summary>
    public static bool Holds(Person person, DateTimeOffset now, LinkingOptions options) =>
        person.Recovered is { } recovered && now - recovered.At < options.RecoveryHold;

    /// <summary>Decides a recovery.</summary>
    /// <param name="command">The command.</param>
    /// <param name="person">Who is recovered.</param>
    /// <param name="account">What is linked.</param>
    /// <param name="ways">Which accounts let somebody in.</param>
    /// <param name="now">UTC.</param>
    public static Outcome<IReadOnlyList<object>> Decide(
        RecoverPerson command, Person person, AccountNames account, WaysIn ways, DateTimeOffset now)
    {
        if (!IsOpen(command.By, person, ways))
            return new Rejection(Invalid);
        if (!ways.IsOpen(command.Proved.Platform))
            return new Rejection(WaysIn.Suspended);
        if (account.Owner is not null || account.OtherOwner is not null)
            return new Rejection(LinkDecision.OwnedByAnother);
        var proved = command.Proved;
        return (object[])
        [
            new AccountLinked(person.Id, account.Account, proved.Platform, proved.Subject, proved.Nickname),
            .. account.NewAliases.Select(alias => new AccountAliased(account.Account, alias)),
            new PersonRecovered(command.By.CodeId, account.Account, now),
        ];
    }

    /// <summary>Whether somebody can be recovered: by the code they made last, or, still signed in, while no way in is open.</summary>
    public static bool IsOpen(Recovery by, Person person, WaysIn ways) =>
        person.IsActive && (by.CodeId is { } code ? person.RecoveryCode == code : !ways.LeadIn(person.Accounts));
}

/// <summary>
/// Carries out recoveries. Whoever got hold of the person's sessions before does not keep them: all end, and with them
/// whatever else was under way.
/// </summary>
public sealed class RecoveringPersons(
    IEventStore store, CommandRunner runner, PersonKeys keys, IssuingReceipts receipts, WaysIn ways, RecoveryAttempts attempts,
    RevokingReached revoking, TimeProvider time)
{
    /// <summary>Links the account.</summary>
    /// <returns>Its stream id, by which the person can be let in.</returns>
    public async Task<Outcome<string>> Handle(RecoverPerson command, CancellationToken cancellation)
    {
        var outcome = await runner.Run<string>(async cancellation => await Decide(command, cancellation), cancellation);
        if (outcome.Succeeded)
            await attempts.End(command.By.PersonId, cancellation);
        return outcome;
    }

    private async Task<Decision<string>> Decide(RecoverPerson command, CancellationToken cancellation)
    {
        var (by, proved) = (command.By, command.Proved);
        var person = await store.Load(Person.Fold, Person.StreamOf(by.PersonId), cancellation: cancellation);
        var account = await AccountNames.Read(store, [proved.Account, .. proved.Aliases], cancellation);
        var now = time.GetUtcNow();
        var outcome = RecoverDecision.Decide(command, person.State, account, ways, now);
        if (outcome.Rejection is { } rejection)
            return rejection;
        if (await keys.Find(by.PersonId, cancellation) is not { } key)
            return new Rejection(RecoverDecision.Invalid);

        var evidence = new Evidence(SignIn: null, new(account.Account, proved.ProvedAt), ConfirmedText.Recovery);
        var work = account.Claim(by.PersonId).Aggregate(
            new UnitOfWork { Headers = new(Actor: by.PersonId.ToString()) }
                .With(person.Append(await receipts.With(person.State, outcome.Value!, evidence, cancellation))),
            (work, claim) => work.With(claim));
        return new(account.Account, work.With(await revoking.RowsOfAll(person.State, cancellation)).With(
            LinkedAccounts.Row(new(
                account.Account, by.PersonId, proved.Platform, key.OpenOptional(proved.Nickname), now, account.Streams[0].Version + 1)),
            RecoveryCodes.Delete(by.PersonId),
            Notices.Of(by.PersonId, NoticeKind.Recovered, proved.Platform, now)));
    }
}
