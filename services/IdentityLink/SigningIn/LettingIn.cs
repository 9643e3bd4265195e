using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>The last step of every way in: the browser is theirs, and goes on to where it came for.</summary>
public sealed class LettingIn(EndingSessions ending, WaysIn ways, LinkedAccounts accounts)
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
        if (requestId is null)
            return new SeeOther("/account");
        return new SeeOther(await IsToBeAsked(person, cancellation)
            ? $"{AnotherWayEndpoint.Path}?request={requestId}"
            : $"/authorize/resume?request={requestId}");
    }

    /// <summary>Whether it is known that nobody will be able to sign in with any of the person's accounts.</summary>
    private async Task<bool> IsToBeAsked(SignedInPerson person, CancellationToken cancellation) =>
        ways.SuspendedFrom(AccountStreams.PlatformOf(person.Account)) is not null
        && ways.ClosedFrom((await accounts.Of(person.PersonId, cancellation)).Select(linked => linked.Account)) is not null;
}
