using System.Security.Claims;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.ServiceDefaults.Authentication;

namespace Hutong.IdentityLink.Sessions;

/// <summary>
/// Where a person is signed in: a page on which they end what they do not want, and the same as JSON. Ending needs no fresh
/// sign-in: whoever finds a stranger's session must be rid of it at once.
/// </summary>
internal static class SessionEndpoints
{
    public const string Path = "/account/sessions";

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Show);
        routes.MapPost($"{Path}/end", End).RequireFormToken();
        routes.MapPost($"{Path}/end-others", EndOthers).RequireFormToken();
        routes.MapGet("/identity/sessions", List).RequireAuthorization();
    }

    private static async Task<IResult> Show(
        string? after, Browser browser, SessionList sessions, KnownPlatforms platforms, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        return Page.Of<SessionsPage>(new()
        {
            [nameof(SessionsPage.Browser)] = browser,
            [nameof(SessionsPage.Sessions)] = await sessions.Of(session.PersonId, after, cancellation),
            [nameof(SessionsPage.Platforms)] = platforms,
            [nameof(SessionsPage.IsFirst)] = after is null,
        });
    }

    private static async Task<IResult> End(
        HttpRequest http, Browser browser, SessionList sessions, EndingSessions ending, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (!Guid.TryParse(http.Form["session"], out var sid) || !await sessions.IsOf(session.PersonId, sid, cancellation))
            return ErrorPage.Of("session_unknown", backTo: Path);
        await ending.End(sid, cancellation);
        if (sid == session.Sid)
        {
            browser.SignedOut();
            return new SeeOther("/sign-in");
        }
        await browser.Rotate(cancellation);
        return new SeeOther(Path);
    }

    private static async Task<IResult> EndOthers(
        Browser browser, SessionList sessions, EndingSessions ending, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        await ending.End(await sessions.Others(session.PersonId, session.Sid, cancellation), revocation: null, cancellation);
        await browser.Rotate(cancellation);
        return new SeeOther(Path);
    }

    private static async Task<IResult> List(
        string? after, ClaimsPrincipal caller, HttpResponse response, SessionList sessions, CancellationToken cancellation)
    {
        NoStore.Set(response);
        return TypedResults.Ok(await sessions.Of(caller.PersonId(), after, cancellation));
    }
}
