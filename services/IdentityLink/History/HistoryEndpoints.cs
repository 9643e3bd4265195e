using System.Security.Claims;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.History;

/// <summary><c>/account/history</c> and <c>GET /identity/history</c>: what happened to whoever asks.</summary>
internal static class HistoryEndpoints
{
    public const string Path = "/account/history";

    public static void MapHistory(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Show);
        routes.MapGet("/identity/history", Answer).RequireAuthorization();
    }

    private static async Task<IResult> Show(
        string? before, Browser browser, PersonHistory history, KnownPlatforms platforms, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        var page = await history.Of(session.PersonId, before, limit: null, cancellation);
        return page.Succeeded
            ? Page.Of<HistoryPage>(new()
            {
                [nameof(HistoryPage.Lines)] = page.Value.Lines,
                [nameof(HistoryPage.Next)] = page.Value.Next,
                [nameof(HistoryPage.IsNewest)] = before is null,
                [nameof(HistoryPage.Platforms)] = platforms,
            })
            : ErrorPage.Of(page.Rejection, backTo: Path);
    }

    private static async Task<Results<Ok<HistoryOfPerson>, ProblemHttpResult>> Answer(
        string? before, int? limit, ClaimsPrincipal caller, HttpResponse response, PersonHistory history, ProblemTable problems,
        CancellationToken cancellation)
    {
        var page = await history.Of(caller.PersonId(), before, limit, cancellation);
        if (!page.Succeeded)
            return problems.Answer(page.Rejection);
        NoStore.Set(response);
        return TypedResults.Ok(page.Value);
    }
}
