using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Logout;

/// <summary>
/// <c>/end_session</c> (OpenID Connect RP-Initiated Logout 1.0). With an id token of the session that is to end it ends
/// at once; otherwise the person is asked, or any page could sign them out. A <c>logout_hint</c> names nobody to whom that
/// would not apply, and changes nothing; <c>ui_locales</c> is the language of the pages.
/// </summary>
internal static class EndSessionEndpoint
{
    public const string ConfirmPath = "/end_session/confirm";

    public static void MapEndSession(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/end_session", Answer);
        routes.MapPost("/end_session", Repost);
        routes.MapPost(ConfirmPath, Confirm).RequireFormToken();
    }

    private static async Task<IResult> Answer(
        HttpRequest http, Browser browser, Clients clients, Tokens tokens, SessionNames names, EndingSessions ending,
        CancellationToken cancellation)
    {
        var (request, refusal) = await Read(Parameters.OfQuery(http), clients, tokens, cancellation);
        if (request is null)
            return refusal!;
        if (browser.Session is { } session)
        {
            if (request.Hint is not { } hint || hint.Sid != names.Of(session.Sid, hint.ClientId))
            {
                return Page.Of<SignOutPage>(new()
                {
                    [nameof(SignOutPage.Browser)] = browser,
                    [nameof(SignOutPage.ClientId)] = request.Client?.Id,
                    [nameof(SignOutPage.ReturnTo)] = request.ReturnTo,
                    [nameof(SignOutPage.State)] = request.State,
                    [nameof(SignOutPage.UiLocales)] = request.UiLocales,
                }, formTargets: request.ReturnTo is { } target ? [FormTarget.Of(target)] : []);
            }
            await ending.End(session.Sid, cancellation);
            browser.SignedOut();
        }
        return SignedOut(request);
    }

    private static async Task<IResult> Repost(HttpRequest http, CancellationToken cancellation) =>
        (await Parameters.OfForm(http, cancellation))?.AsAddress("/end_session") is { } address
            ? new SeeOther(address)
            : ErrorPage.Of("malformed_request");

    private static async Task<IResult> Confirm(
        HttpRequest http, Browser browser, Clients clients, Tokens tokens, EndingSessions ending, CancellationToken cancellation)
    {
        var (request, refusal) = await Read((await Parameters.OfForm(http, cancellation))!, clients, tokens, cancellation);
        if (request is null)
            return refusal!;
        if (browser.Session is { } session)
        {
            await ending.End(session.Sid, cancellation);
            browser.SignedOut();
        }
        return SignedOut(request);
    }

    /// <summary>An unregistered address or an altered hint ends nothing and leads nowhere.</summary>
    private static async Task<(EndSessionRequest? Request, IResult? Refusal)> Read(
        Parameters parameters, Clients clients, Tokens tokens, CancellationToken cancellation)
    {
        if (parameters.FirstFault is not null)
            return (null, ErrorPage.Of("malformed_request"));
        var hint = await tokens.ReadHint(parameters["id_token_hint"], cancellation);
        if (parameters["id_token_hint"] is not null
            && (hint is null || (parameters["client_id"] is { } named && named != hint.ClientId)))
            return (null, ErrorPage.Of("logout_hint_invalid"));
        var client = clients.Find(hint?.ClientId ?? parameters["client_id"]);
        var returnTo = parameters["post_logout_redirect_uri"];
        return returnTo is not null && client?.MayReturnTo(returnTo) != true
            ? (null, ErrorPage.Of("unregistered_post_logout_redirect"))
            : (new EndSessionRequest(hint, client, returnTo, parameters["state"], parameters["ui_locales"]), null);
    }

    private static IResult SignedOut(EndSessionRequest request)
    {
        if (request.ReturnTo is not { } address)
            return Page.Of<SignedOutPage>([]);
        return new SeeOther(request.State is { } state ? QueryHelpers.AddQueryString(address, "state", state) : address);
    }

    private sealed record EndSessionRequest(IdTokenHint? Hint, Client? Client, string? ReturnTo, string? State, string? UiLocales);
}
