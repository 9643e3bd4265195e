using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Provider;

/// <summary>The consent page of partners, and the decision made on it.</summary>
internal static class ConsentEndpoint
{
    public static void MapConsent(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/consent", Show);
        routes.MapPost("/consent", Decide).RequireFormToken();
    }

    private static async Task<IResult> Show(
        string? request, Browser browser, AuthorizeRequests requests, Authorizing authorizing, LinkedAccounts accounts,
        CancellationToken cancellation)
    {
        if (await Find(request, requests, authorizing, cancellation) is not var (waiting, client))
            return ErrorPage.Of("request_over");
        if (browser.Session is not { } session)
            return new SeeOther($"/authorize/resume?request={waiting.Id}");
        var target = new Uri(waiting.Request.RedirectUri);
        return Page.Of<ConsentPage>(new()
        {
            [nameof(ConsentPage.Browser)] = browser,
            [nameof(ConsentPage.RequestId)] = waiting.Id,
            [nameof(ConsentPage.Client)] = client,
            [nameof(ConsentPage.Host)] = client.IsNative && !IsOfTheWeb(target) ? null : target.IdnHost,
            [nameof(ConsentPage.Nickname)] = await accounts.Nickname(session.PersonId, cancellation),
            [nameof(ConsentPage.Scopes)] = waiting.Request.Scopes,
        }, formTargets: FormTarget.Of(waiting.Request.RedirectUri));
    }

    private static bool IsOfTheWeb(Uri target) => target.Scheme == Uri.UriSchemeHttps;

    private static async Task<IResult> Decide(
        HttpRequest http, Browser browser, AuthorizeRequests requests, GivingConsent consents, Authorizing authorizing, Issuer issuer,
        TimeProvider time, CancellationToken cancellation)
    {
        if (await Find(http.Form["request"], requests, authorizing, cancellation) is not var (waiting, client))
            return ErrorPage.Of("request_over");
        // Whoever reaches the form without the sign-in that the request asks for is led to it first.
        if (browser.Session is not { } session || !await authorizing.IsEnough(waiting, client, session, cancellation))
            return new SeeOther($"/authorize/resume?request={waiting.Id}");
        if (http.Form["decision"] != "allow")
        {
            await requests.Remove(waiting.Id, cancellation);
            return AuthorizationResponse.Error(issuer, waiting.Request, "access_denied", "The person did not agree.");
        }
        var now = time.GetUtcNow();
        var given = await consents.Handle(
            session.PersonId, new GiveConsent(client.Id, waiting.Request.Scopes, ConsentText.Version), cancellation);
        return given.Succeeded
            ? await authorizing.Grant(waiting.Request, waiting.Id, client, session, person: null, now, cancellation)
            : ErrorPage.Of(given.Rejection);
    }

    /// <summary>A device's request is answered on its own page, which warns of codes that others send.</summary>
    private static async Task<(WaitingRequest Waiting, Client Client)?> Find(
        string? request, AuthorizeRequests requests, Authorizing authorizing, CancellationToken cancellation) =>
        await requests.Find(request, cancellation) is { Request.Device: null } waiting && authorizing.ClientOf(waiting.Request) is { } client
            ? (waiting, client)
            : null;
}
