using Hutong.IdentityLink.Pages;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Answers to the client by way of the browser (RFC 6749, sections 4.1.2 and 4.1.2.1), with <c>iss</c> (RFC 9207): in the
/// query of its address, or as a form (OAuth 2.0 Form Post Response Mode).
/// </summary>
internal static class AuthorizationResponse
{
    /// <summary>The <c>response_mode</c> of a form.</summary>
    public const string FormPost = "form_post";

    /// <summary>Submits the form.</summary>
    public static ScriptAsset Script { get; } = ScriptAsset.Of("Provider", "form-post");

    /// <summary>Every <c>response_mode</c>.</summary>
    public static IReadOnlyList<string> Modes { get; } = ["query", FormPost];

    public static IResult Code(Issuer issuer, AuthorizeRequest request, string code) =>
        Send(issuer, request.RedirectUri, request.ResponseMode, request.State, ("code", code));

    public static IResult Error(Issuer issuer, AuthorizeRequest request, string error, string description) =>
        Error(issuer, request, new(error, description));

    public static IResult Error(Issuer issuer, AuthorizeRequest request, OAuthError error) =>
        Error(issuer, request.RedirectUri, request.ResponseMode, request.State, error);

    /// <summary>An error of a request that is none: its state is returned, and its mode kept, as far as they are fit.</summary>
    public static IResult Error(Issuer issuer, string redirectUri, Parameters parameters, OAuthError error) =>
        Error(issuer, redirectUri, parameters["response_mode"], parameters["state"], error);

    private static IResult Error(Issuer issuer, string redirectUri, string? mode, string? state, OAuthError error) =>
        Send(issuer, redirectUri, mode, state, ("error", error.Code), ("error_description", error.Description));

    private static IResult Send(
        Issuer issuer, string redirectUri, string? mode, string? state, params IEnumerable<(string Name, string? Value)> answer)
    {
        (string Name, string? Value)[] parameters = [.. answer, ("state", state), ("iss", issuer.Public)];
        var given = parameters
            .Where(parameter => parameter.Value is not null)
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        if (mode != FormPost)
            return new SeeOther(QueryHelpers.AddQueryString(redirectUri, given));
        return Page.Of<FormPostPage>(new()
        {
            [nameof(FormPostPage.Target)] = redirectUri,
            [nameof(FormPostPage.Parameters)] = given,
        }, formTargets: FormTarget.Of(redirectUri));
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
