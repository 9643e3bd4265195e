using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Linking;

/// <summary>Turns a platform's answer into a proof that waits for the person's confirmation.</summary>
public sealed class StartingLinks(IEventStore store, PersonKeys keys, AccountStreams streams, LinkProofs proofs, TimeProvider time)
{
    /// <summary>Keeps the proof, sealed, and asks for confirmation: to link the account, or to merge with whose it is.</summary>
    public async Task<IResult> Proved(Browser browser, PlatformAccount account, CancellationToken cancellation)
    {
        if (browser.Session is not { } session || await keys.Find(session.PersonId, cancellation) is not { } key)
            return ErrorPage.Of(LinkDecision.UnknownPerson, backTo: "/sign-in");
        var names = streams.NamesOf(account);
        var found = await AccountNames.Read(store, names, cancellation);
        var proved = ProvedAccount.Of(account, names, key, time.GetUtcNow());
        var proof = await proofs.Add(browser.IdHash, session.PersonId, proved, cancellation);
        var isAnothers = found.OtherOwner is not null || (found.Owner is { } owner && owner != session.PersonId);
        return new SeeOther(isAnothers ? $"/account/merge?proof={proof}" : $"/account/link/confirm?proof={proof}");
    }
}
