using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>
/// Asks who is on the way to a client for another way in, when theirs is going to close. It holds nobody up who wants to
/// go on. Who is on the way nowhere reads the same on the account page.
/// </summary>
internal static class AnotherWayEndpoint
{
    public const string Path = "/sign-in/another-way";

    public static void MapAnotherWay(this IEndpointRouteBuilder routes) => routes.MapGet(Path, Show);

    private static async Task<IResult> Show(
        string? request, Browser browser, AuthorizeRequests requests, Clients clients, LinkedAccounts accounts, WaysIn ways,
        CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (await requests.Find(request, cancellation) is not { } waiting)
            return ErrorPage.Of("request_over");
        return Page.Of<AnotherWayPage>(new()
        {
            [nameof(AnotherWayPage.ClosedFrom)] =
                ways.ClosedFrom((await accounts.Of(session.PersonId, cancellation)).Select(linked => linked.Account)),
            [nameof(AnotherWayPage.GoOn)] = $"/authorize/resume?request={waiting.Id}",
            [nameof(AnotherWayPage.ClientName)] = clients.Find(waiting.Request.ClientId)?.Name,
        });
    }
}
