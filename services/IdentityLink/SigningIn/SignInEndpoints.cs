using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>The sign-in page and the way to a platform, which is a POST: no link from elsewhere begins a sign-in.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", Show);
        routes.MapPost("/sign-in/{platform}", Start).RequireFormToken();
        routes.MapAnotherWay();
        routes.MapPlatformCallback();
    }

    private static async Task<IResult> Show(
        string? request, Browser browser, AuthorizeRequests requests, Clients clients, KnownPlatforms platforms,
        WaysIn ways, PlatformOrigins origins, CancellationToken cancellation)
    {
        var waiting = await requests.Find(request, cancellation);
        if (request is not null && waiting is null)
            return ErrorPage.Of("request_over");
        var client = clients.Find(waiting?.Request.ClientId);
        var side = client?.Side ?? Side.Social;
        // A hint is the name of a way in, or leaves the page as it is: it tells nobody whether somebody is known here.
        var open = platforms.All.Where(platform => ways.IsOpen(platform.Name)).ToArray();
        var hinted = open.FirstOrDefault(platform => platform.Name == waiting?.Request.LoginHint);
        var first = open.Where(platform => platform.Side == side && platform != hinted);
        var needsPasskey = waiting?.Request.NeedsPasskey == true;
        return Page.Of<SignInPage>(new()
        {
            [nameof(SignInPage.Browser)] = browser,
            [nameof(SignInPage.RequestId)] = waiting?.Id,
            [nameof(SignInPage.ClientName)] = client?.Name,
            [nameof(SignInPage.Ways)] = needsPasskey ? [] : (hinted is null ? first : first.Prepend(hinted)).ToArray(),
            [nameof(SignInPage.MoreWays)] = needsPasskey ? [] : open.Where(platform => platform.Side != side && platform != hinted).ToArray(),
            [nameof(SignInPage.NeedsPasskey)] = needsPasskey,
            [nameof(SignInPage.PasskeyFirst)] =
                waiting?.Request is { PrefersPasskey: true } or { LoginHint: Passkey.Platform },
            [nameof(SignInPage.Suspended)] = platforms.All.Where(platform => !ways.IsOpen(platform.Name)).ToArray(),
        }, formTargets: [.. origins.All, .. ReturnOrigins(waiting)]);
    }

    /// <summary>A platform that knows the person already sends the browser straight on, through us to the client.</summary>
    private static string[] ReturnOrigins(WaitingRequest? waiting) =>
        waiting is null ? [] : [FormTarget.Of(waiting.Request.RedirectUri)];

    private static async Task<IResult> Start(
        string platform, HttpRequest http, Browser browser, KnownPlatforms platforms, AuthorizeRequests requests, Visiting visiting,
        CancellationToken cancellation)
    {
        if (platforms.Find(platform) is not { } known)
            return ErrorPage.Of("unknown_platform");
        var request = http.Form["request"].ToString() is { Length: > 0 } given ? given : null;
        if (request is not null && await requests.Find(request, cancellation) is null)
            return ErrorPage.Of("request_over");
        return await visiting.Begin(browser, known, new Visit(VisitIntent.SignIn, RequestId: request), cancellation);
    }
}
