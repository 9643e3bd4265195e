using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Erasing;

/// <summary>Leaving: what would be lost, and a POST that does it.</summary>
internal static class EraseEndpoints
{
    public static void MapErasing(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/account/erase", Ask);
        routes.MapPost("/account/erase", Confirm).RequireFormToken();
    }

    private static async Task<IResult> Ask(
        Browser browser, LinkedAccounts accounts, Reach reach, KnownPlatforms platforms, CancellationToken cancellation) =>
        browser.Session is { } session
            ? Page.Of<ErasePage>(new()
            {
                [nameof(ErasePage.Browser)] = browser,
                [nameof(ErasePage.Accounts)] = await accounts.Of(session.PersonId, cancellation),
                [nameof(ErasePage.Reach)] = await reach.OfPerson(session.PersonId, cancellation),
                [nameof(ErasePage.Platforms)] = platforms,
            })
            : new SeeOther("/sign-in");

    private static async Task<IResult> Confirm(
        HttpRequest http, Browser browser, ErasingPersons erasing, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (http.Form["sure"] != "yes")
            return ErrorPage.Of("erasure_not_confirmed", backTo: "/account/erase");
        var outcome = await erasing.Handle(session.PersonId, new(session.AuthenticatedAt), cancellation);
        if (!outcome.Succeeded)
            return ErrorPage.Of(outcome.Rejection, backTo: outcome.Rejection.Code == LinkDecision.NotFresh ? "/sign-in" : "/account");
        browser.SignedOut();
        return Page.Of<ErasedPage>([]);
    }
}
