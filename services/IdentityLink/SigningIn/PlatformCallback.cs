using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Recovering;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.SigningIn;

/// <summary><c>GET /callback/{platform}</c>: a platform's answer. It signs in or prepares a link; it never links.</summary>
internal static class PlatformCallback
{
    public static void MapPlatformCallback(this IEndpointRouteBuilder routes) => routes.MapGet("/callback/{platform}", Answer);

    private static async Task<IResult> Answer(
        string platform, HttpRequest http, Browser browser, KnownPlatforms platforms, CallbackStates states,
        SigningInWithAccount signIn, LettingIn lettingIn, StartingLinks links, Recoveries recoveries, WaysIn ways,
        CancellationToken cancellation)
    {
        if (platforms.Find(platform) is not { } known)
            return ErrorPage.Of("unknown_platform");
        if (!ways.IsOpen(known.Name))
            return ErrorPage.Of(WaysIn.Suspended, backTo: "/sign-in");
        var parameters = Parameters.OfQuery(http);
        if (parameters.FirstFault is not null)
            return ErrorPage.Of("malformed_request");
        if (parameters["state"] is not { } state
            || await states.Take(state, browser.IdHash, known.Name, cancellation) is not var (visit, atPlatform))
            return ErrorPage.Of("state_invalid", backTo: "/sign-in");

        var backTo = visit.BackTo;
        if (visit.Intent == VisitIntent.Link && browser.Session?.PersonId != visit.PersonId)
            return ErrorPage.Of("session_changed", backTo);
        if (parameters["code"] is not { } code)
            return ErrorPage.Of("platform_denied", backTo);
        var account = await known.Redeem(atPlatform, new PlatformAnswer(code, parameters["iss"]), cancellation);
        if (!account.Succeeded)
            return ErrorPage.Of(account.Rejection, backTo);

        return visit.Intent switch
        {
            VisitIntent.Link => await links.Proved(browser, account.Value, cancellation),
            VisitIntent.Recover => await recoveries.Proved(browser, visit.PersonId, account.Value, cancellation),
            _ => await SignIn(account.Value),
        };

        async Task<IResult> SignIn(PlatformAccount proved)
        {
            var outcome = await signIn.Handle(proved, cancellation);
            if (!outcome.Succeeded)
                return ErrorPage.Of(outcome.Rejection, backTo);
            var answer = await lettingIn.LetIn(browser, outcome.Value, visit.RequestId, cancellation);
            // Two persons turn out to be one human. Whoever is on the way somewhere is not held up by the offer.
            return outcome.Value.SameHuman is not null && visit.RequestId is null && browser.Session is not null
                ? await links.Proved(browser, proved, cancellation)
                : answer;
        }
    }
}
