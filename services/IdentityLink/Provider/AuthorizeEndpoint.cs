using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>/authorize</c> (RFC 6749, section 3.1; OpenID Connect Core, section 3.1.2), and its continuation after our pages.</summary>
internal static class AuthorizeEndpoint
{
    public static void MapAuthorizeEndpoint(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/authorize", Answer);
        routes.MapPost("/authorize", Repost);
        routes.MapGet("/authorize/resume", Resume);
        AuthorizationResponse.Script.Map(routes);
    }

    private static async Task<IResult> Answer(
        HttpRequest http, Browser browser, Clients clients, PushedRequests pushed, KnownPlatforms platforms, Authorizing authorizing, Issuer issuer,
        CancellationToken cancellation)
    {
        var parameters = Parameters.OfQuery(http);
        // Until client and redirect address are known to belong together nothing is sent anywhere (RFC 9700, section 4.11.2).
        if (clients.Find(parameters["client_id"]) is not { } client)
            return ErrorPage.Of(clients.WhyNot(parameters["client_id"]));
        if (parameters["request_uri"] is { } name && PushedRequests.IsName(name))
        {
            return await pushed.Take(name, client.Id, cancellation) is { } pushedRequest
                ? await authorizing.Begin(pushedRequest, browser, cancellation)
                : ErrorPage.Of("request_over");
        }
        if (parameters["redirect_uri"] is not { } redirectUri || !client.MayRedirectTo(redirectUri))
            return ErrorPage.Of("unregistered_redirect");

        if (client.RequiresPushedRequests)
        {
            return AuthorizationResponse.Error(
                issuer, redirectUri, parameters, OAuthError.InvalidRequest("The client must push its requests to /par first."));
        }
        var (request, error) = AuthorizeRequest.Validate(parameters, client, redirectUri, platforms.WaysIn);
        return request is null
            ? AuthorizationResponse.Error(issuer, redirectUri, parameters, error!)
            : await authorizing.Begin(request, browser, cancellation);
    }

    private static async Task<IResult> Repost(HttpRequest http, CancellationToken cancellation) =>
        (await Parameters.OfForm(http, cancellation))?.AsAddress("/authorize") is { } address
            ? new SeeOther(address)
            : ErrorPage.Of("malformed_request");

    private static async Task<IResult> Resume(
        string? request, Browser browser, AuthorizeRequests requests, Authorizing authorizing, CancellationToken cancellation) =>
        await requests.Find(request, cancellation) is { } waiting
            ? await authorizing.Resume(waiting, browser, cancellation)
            : ErrorPage.Of("request_over");
}
