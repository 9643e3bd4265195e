using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;

namespace Hutong.IdentityLink.Provider;

/// <summary>An error as OAuth says it (RFC 6749, section 5.2).</summary>
/// <param name="Code">One of the specification's words.</param>
/// <param name="Description">For the client's developer.</param>
public sealed record OAuthError(string Code, string Description)
{
    /// <summary>The request itself is wrong.</summary>
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>The code or token is not, or no longer, good.</summary>
    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    /// <summary>The client is unknown or did not prove who it is.</summary>
    public static OAuthError InvalidClient { get; } = new("invalid_client", "The client is unknown or its credentials are wrong.");

    /// <summary>The body is no form.</summary>
    public static OAuthError NoForm { get; } = InvalidRequest("Send the parameters as application/x-www-form-urlencoded.");

    /// <summary>The client did not register for this.</summary>
    public static OAuthError UnauthorizedClient { get; } =
        new("unauthorized_client", "The client is not registered for this grant_type.");

    /// <summary>The client asks more often than it may. OAuth has no word for it at the token endpoint; the status says it.</summary>
    public static OAuthError TooManyRequests { get; } =
        new("temporarily_unavailable", "The client sends too many requests. Wait as Retry-After says.");

    /// <summary>The sign-in is not of the kind that the request must have (OpenID Connect Core Error Code unmet_authentication_requirements 1.0).</summary>
    public static OAuthError UnmetAuthenticationRequirements { get; } =
        new("unmet_authentication_requirements", "The sign-in is of none of the acr values that are essential.");

    /// <summary>The answer of the token endpoint.</summary>
    public IResult Answer() => new Answered(this);

    private sealed class Answered(OAuthError error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = StatusCodes.Status400BadRequest;
            if (error.Code == InvalidClient.Code)
            {
                response.StatusCode = StatusCodes.Status401Unauthorized;
                response.Headers.WWWAuthenticate = "Basic realm=\"hutong\"";
            }
            if (error == TooManyRequests)
            {
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                response.Headers.RetryAfter = "1";
            }
            NoStore.Set(response);
            return response.WriteAsJsonAsync(new ErrorBody(error.Code, error.Description), ProviderJson.Default.ErrorBody);
        }
    }
}

/// <summary>Keeps answers with tokens out of every cache (RFC 6749, section 5.1).</summary>
internal static class NoStore
{
    public static void Set(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers[HeaderNames.Pragma] = "no-cache";
    }
}

internal sealed record ErrorBody(string Error, string ErrorDescription);

/// <summary>A token answer (RFC 6749, section 5.1; RFC 8693, section 2.2.1).</summary>
internal sealed record TokenBody(
    string AccessToken,
    string TokenType,
    long ExpiresIn,
    string? Scope = null,
    string? RefreshToken = null,
    string? IdToken = null,
    string? IssuedTokenType = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        NoStore.Set(httpContext.Response);
        return httpContext.Response.WriteAsJsonAsync(this, ProviderJson.Default.TokenBody);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(IntrospectionBody))]
[JsonSerializable(typeof(PushedRequestBody))]
[JsonSerializable(typeof(AuthorizeRequest))]
internal sealed partial class ProviderJson : JsonSerializerContext;
