using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Recovering;
using Hutong.IdentityLink.Sessions;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Linking;

/// <summary>Take an account off the person who is signed in.</summary>
/// <param name="Account">The account's stream id.</param>
/// <param name="SignIn">With what the person last proved who they are.</param>
public sealed record UnlinkAccount(string Account, AccountProof SignIn);

/// <summary>Decides what unlinking writes to the person's stream.</summary>
public static class UnlinkDecision
{
    /// <summary>The account is not linked to the person.</summary>
    public const string NotLinked = "account_not_linked";

    /// <summary>Without the account nothing would lead to the person any more.</summary>
    public const string LastWayIn = "last_way_in";

    /// <summary>Decides an unlinking.</summary>
    /// <param name="command">The command.</param>
    /// <param name="person">Who unlinks.</param>
    /// <param name="ways">Which accounts let somebody in.</param>
    /// <param name="now">UTC.</param>
    /// <param name="options">How long a sign-in counts as fresh, and a recovery as recent.</param>
    public static Outcome<AccountUnlinked> Decide(
        UnlinkAccount command, Person person, WaysIn ways, DateTimeOffset now, LinkingOptions options)
    {
        if (!person.IsActive)
            return new Rejection(LinkDecision.UnknownPerson);
        if (now - command.SignIn.At > options.FreshFor)
            return new Rejection(LinkDecision.NotFresh);
        if (person.Find(command.Account) is not { } held)
            return new Rejection(NotLinked);
        // Whoever the account of the recovery does not belong to shall be able to cut it off.
        if (RecoverDecision.Holds(person, now, options) && held.Account != person.Recovered!.Account)
            return new Rejection(RecoverDecision.Recent);
        if (!ways.LeadIn(person.Accounts.Where(account => account != held.Account)))
            return new Rejection(LastWayIn);
        return new AccountUnlinked(person.Id, held.Account, AccountStreams.PlatformOf(held.Account));
    }
}

/// <summary>
/// Carries out unlinkings. The person's stream is written at the version read: of two that would each leave the other's
/// account as the last way in, one is decided again and refused.
/// </summary>
public sealed class UnlinkingAccounts(
    IEventStore store, CommandRunner runner, WaysIn ways, EndingSessions ending, IssuingReceipts receipts,
    IOptions<LinkingOptions> options, TimeProvider time)
{
    /// <summary>Unlinks an account. What was obtained through the link does not hold from this moment.</summary>
    /// <returns>The account's platform, or a rejection of <see cref="UnlinkDecision"/>.</returns>
    public async Task<Outcome<string>> Handle(Guid personId, UnlinkAccount command, CancellationToken cancellation)
    {
        var outcome = await runner.Run(async cancellation => await Decide(personId, command, cancellation), cancellation);
        if (outcome.Succeeded)
            await ending.EndBroken([personId], cancellation);
        return outcome;
    }

    private async Task<Decision<string>> Decide(Guid personId, UnlinkAccount command, CancellationToken cancellation)
    {
        var person = await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
        var now = time.GetUtcNow();
        var outcome = UnlinkDecision.Decide(command, person.State, ways, now, options.Value);
        if (outcome.Rejection is { } rejection)
            return rejection;
        var unlinked = outcome.Value!;

        var evidence = new Evidence(command.SignIn, Proved: null, ConfirmedText.Unlink);
        var work = new UnitOfWork { Headers = new(Actor: personId.ToString()) }
            .With(person.Append(await receipts.With(person.State, [unlinked], evidence, cancellation)))
            .With(
                LinkedAccounts.Remove(unlinked.Account),
                Notices.Of(personId, NoticeKind.AccountUnlinked, unlinked.Platform, now));
        if (unlinked.Platform == Passkey.Platform)
            work = work.With(StoredPasskeys.Delete(unlinked.Account));
        foreach (var name in person.State.Find(unlinked.Account)!.Names)
        {
            var account = await store.Load(Account.Fold, name, cancellation: cancellation);
            work = work.With(account.Append(new AccountReleased(personId)));
        }
        return new(unlinked.Platform, work);
    }
}
