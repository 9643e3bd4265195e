using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>The last step of every way in: the browser is theirs, and goes on to where it came for.</summary>
public sealed class LettingIn(EndingSessions ending)
{
    /// <summary>Signs a person in.</summary>
    /// <param name="browser">Where.</param>
    /// <param name="person">Who.</param>
    /// <param name="requestId">The authorization request that waits for it; null where none does.</param>
    /// <param name="cancellation">Ends it half-way, signed out.</param>
    public async Task<IResult> LetIn(Browser browser, SignedInPerson person, string? requestId, CancellationToken cancellation)
    {
        // Somebody else was signed in here: their session ends, it is not taken over.
        if (browser.Session is { } before && before.PersonId != person.PersonId)
            await ending.End(before.Sid, cancellation);
        await browser.SignIn(person.PersonId, person.Account, cancellation);
        if (browser.Session is null)
            return ErrorPage.Of("link_gone", backTo: "/sign-in");
        return new SeeOther(requestId is not null ? $"/authorize/resume?request={requestId}" : "/account");
    }
}
