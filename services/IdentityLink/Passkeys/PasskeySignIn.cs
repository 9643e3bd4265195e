using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.SigningIn;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>
/// Signing in with a passkey that the authenticator finds by itself: options by script, and then a plain form, so that
/// it goes on as a sign-in at a platform does.
/// </summary>
internal static class PasskeySignIn
{
    public static void MapPasskeySignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-in/passkey/options", Begin).RequireFormToken();
        routes.MapPost("/sign-in/passkey", Finish).RequireFormToken(CeremonyAnswer.LongestField);
    }

    private static async Task<IResult> Begin(HttpContext http, Browser browser, Ceremonies ceremonies, CancellationToken cancellation) =>
        TypedResults.Ok(await ceremonies.BeginSignIn(http, browser, cancellation));

    private static async Task<IResult> Finish(
        HttpContext http, Browser browser, Ceremonies ceremonies, AuthorizeRequests requests, SigningInWithAccount signIn,
        LettingIn lettingIn, WaysIn ways, CancellationToken cancellation)
    {
        if (!ways.IsOpen(Passkey.Platform))
            return ErrorPage.Of(WaysIn.Suspended, backTo: "/sign-in");
        var request = WaitingFor(http);
        if (request is not null && await requests.Find(request, cancellation) is null)
            return ErrorPage.Of("request_over");
        if (CeremonyAnswer.Of(http.Request.Form) is not { } answer)
            return ErrorPage.Of(Passkey.Unanswered, BackTo(request));
        var account = await ceremonies.FinishSignIn(http, browser, answer, cancellation);
        if (!account.Succeeded)
            return ErrorPage.Of(account.Rejection, BackTo(request));
        var person = await signIn.Handle(account.Value, LetIn.Owner, cancellation);
        return person.Succeeded
            ? await lettingIn.LetIn(browser, person.Value, request, cancellation)
            : ErrorPage.Of(person.Rejection, BackTo(request));
    }

    /// <summary>The authorization request that waits for a sign-in; null where none does.</summary>
    public static string? WaitingFor(HttpContext http) =>
        http.Request.Form["request"].ToString() is { Length: > 0 } request ? request : null;

    /// <summary>Where the other ways in are open.</summary>
    public static string BackTo(string? request) => new Visit(VisitIntent.SignIn, RequestId: request).BackTo;
}
