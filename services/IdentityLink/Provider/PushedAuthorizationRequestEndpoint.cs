using Hutong.IdentityLink.Platforms;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// <c>POST /par</c> (RFC 9126): a client sends its authorization request itself, so that nobody reads or changes it on the
/// way through the browser. It is looked at as <c>/authorize</c> would, and told at once what is wrong with it.
/// </summary>
internal static class PushedAuthorizationRequestEndpoint
{
    public const string Path = "/par";

    public static void MapPushedAuthorizationRequestEndpoint(this IEndpointRouteBuilder routes) => routes.MapPost(Path, Answer);

    private static async Task<IResult> Answer(
        HttpRequest http, ClientAuthentication authentication, PushedRequests pushed, KnownPlatforms platforms, CancellationToken cancellation)
    {
        var (client, parameters, refusal) = await authentication.OfForm(http, cancellation);
        if (client is null)
            return refusal!.Answer();
        if (parameters["request_uri"] is not null)
            return OAuthError.InvalidRequest("request_uri is what this endpoint answers with.").Answer();
        if (parameters["redirect_uri"] is not { } redirectUri || !client.MayRedirectTo(redirectUri))
            return OAuthError.InvalidRequest("redirect_uri is not registered.").Answer();
        var (request, error) = AuthorizeRequest.Validate(parameters, client, redirectUri, platforms.WaysIn);
        if (request is null)
            return error!.Answer();
        NoStore.Set(http.HttpContext.Response);
        return Results.Json(
            new PushedRequestBody(await pushed.Add(request, cancellation), (long)PushedRequests.Lifetime.TotalSeconds),
            ProviderJson.Default.PushedRequestBody, statusCode: StatusCodes.Status201Created);
    }
}

/// <summary>The answer (RFC 9126, section 2.2).</summary>
internal sealed record PushedRequestBody(string RequestUri, long ExpiresIn);
