using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Linking;

/// <summary>Turns a platform's answer into a proof that waits for the person's confirmation.</summary>
public sealed class StartingLinks(PersonKeys keys, AccountStreams streams, LinkProofs proofs)
{
    /// <summary>Keeps the proof, sealed, and asks for confirmation.</summary>
    public async Task<IResult> Proved(Browser browser, PlatformAccount account, CancellationToken cancellation)
    {
        if (browser.Session is not { } session || await keys.Find(session.PersonId, cancellation) is not { } key)
            return ErrorPage.Of(LinkDecision.UnknownPerson, backTo: "/sign-in");
        var proved = new ProvedAccount(
            streams.Of(account.Platform, account.Subject), account.Platform, key.Seal(account.Subject), key.SealOptional(account.Nickname));
        var proof = await proofs.Add(browser.IdHash, session.PersonId, proved, cancellation);
        return new SeeOther($"/account/link/confirm?proof={proof}");
    }
}
