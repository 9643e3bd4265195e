using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Recovering;

/// <summary>The recovery that a browser has under way.</summary>
public sealed class Recoveries(
    IEventStore store, RecoveryAttempts attempts, WaysIn ways, PersonKeys keys, AccountStreams streams, LinkProofs proofs, TimeProvider time)
{
    /// <summary>Begins a recovery in a browser.</summary>
    /// <returns>Whether the person can be recovered by that.</returns>
    public async Task<bool> Begin(Browser browser, Recovery recovery, CancellationToken cancellation)
    {
        var person = (await store.Load(Person.Fold, Person.StreamOf(recovery.PersonId), cancellation: cancellation)).State;
        if (!RecoverDecision.IsOpen(recovery, person, ways))
            return false;
        await attempts.Begin(browser.IdHash, recovery, cancellation);
        return true;
    }

    /// <summary>What is under way in a browser; null for nothing. Without a code it lasts no longer than the session.</summary>
    public async Task<Recovery?> Of(Browser browser, CancellationToken cancellation) =>
        await attempts.Find(browser.IdHash, cancellation) is { } recovery
        && (recovery.CodeId is not null || browser.Session?.PersonId == recovery.PersonId)
            ? recovery
            : null;

    /// <summary>Ends what is under way in a browser.</summary>
    public Task Leave(Browser browser, CancellationToken cancellation) => attempts.EndIn(browser.IdHash, cancellation);

    /// <summary>Keeps the proof of the account that is to become the new way in, sealed, and asks for confirmation.</summary>
    /// <param name="browser">Where.</param>
    /// <param name="personId">Whose recovery went to the platform.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IResult> Proved(Browser browser, Guid? personId, PlatformAccount account, CancellationToken cancellation)
    {
        if (await Of(browser, cancellation) is not { } recovery
            || recovery.PersonId != personId
            || await keys.Find(recovery.PersonId, cancellation) is not { } key)
            return ErrorPage.Of(RecoverDecision.Invalid, backTo: "/recover");
        var proved = ProvedAccount.Of(account, streams.NamesOf(account), key, time.GetUtcNow());
        var proof = await proofs.Add(browser.IdHash, recovery.PersonId, proved, cancellation);
        return new SeeOther($"/recover/confirm?proof={proof}");
    }
}
