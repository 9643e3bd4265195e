using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Provider;

/// <summary>Answers to the client by way of the browser (RFC 6749, sections 4.1.2 and 4.1.2.1), with <c>iss</c> (RFC 9207).</summary>
internal static class AuthorizationResponse
{
    public static IResult Code(Issuer issuer, AuthorizeRequest request, string code) =>
        Send(issuer, request.RedirectUri, request.State, ("code", code));

    public static IResult Error(Issuer issuer, AuthorizeRequest request, string error, string description) =>
        Error(issuer, request.RedirectUri, request.State, new(error, description));

    public static IResult Error(Issuer issuer, string redirectUri, string? state, OAuthError error) =>
        Send(issuer, redirectUri, state, ("error", error.Code), ("error_description", error.Description));

    private static SeeOther Send(Issuer issuer, string redirectUri, string? state, params IEnumerable<(string Name, string? Value)> answer)
    {
        (string Name, string? Value)[] parameters = [.. answer, ("state", state), ("iss", issuer.Public)];
        var query = parameters
            .Where(parameter => parameter.Value is not null)
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        return new SeeOther(QueryHelpers.AddQueryString(redirectUri, query));
    }
}

/// <summary>303: go there with GET, whatever brought you here (RFC 9700, section 4.12). Never cached: it may carry a code.</summary>
internal sealed class SeeOther(string address) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status303SeeOther;
        response.Headers.Location = address;
        response.Headers["Referrer-Policy"] = "no-referrer";
        NoStore.Set(response);
        return Task.CompletedTask;
    }
}
