using System.Net.Http.Headers;

namespace Hutong.IdentityLink.Provider;

/// <summary>Access tokens in requests (RFC 6750).</summary>
internal static class BearerTokens
{
    /// <summary>The token in the header (section 2.1); null where there is none.</summary>
    public static string? OfHeader(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization.ToString(), out var header)
        && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? header.Parameter : null;

    /// <summary>From the header or the form, and never from both (section 2).</summary>
    public static async Task<(string? Token, string? Fault)> Of(HttpRequest request, CancellationToken cancellation)
    {
        var inForm = HttpMethods.IsPost(request.Method) ? await Parameters.OfForm(request, cancellation) : null;
        if (inForm?.IsFaulty("access_token") == true)
            return (null, "access_token is there more than once, or unfit");
        var (fromForm, fromHeader) = (inForm?["access_token"], OfHeader(request));
        return fromForm is not null && fromHeader is not null
            ? (null, "The access token is there in two ways at once.")
            : (fromHeader ?? fromForm, null);
    }
}

/// <summary>A refusal as RFC 6750, section 3, words it.</summary>
internal sealed class BearerChallenge : IResult
{
    private readonly int status;
    private readonly string? error;
    private readonly string description;

    private BearerChallenge(int status, string? error, string description) =>
        (this.status, this.error, this.description) = (status, error, description);

    /// <summary>There is no token, so that there is no error to name.</summary>
    public static BearerChallenge Missing { get; } = new(StatusCodes.Status401Unauthorized, null, "An access token is needed.");

    /// <summary>The token is unknown, over, or good for something else.</summary>
    public static BearerChallenge InvalidToken { get; } =
        new(StatusCodes.Status401Unauthorized, "invalid_token", "The access token does not hold.");

    /// <summary>The request is malformed.</summary>
    public static BearerChallenge InvalidRequest(string description) => new(StatusCodes.Status400BadRequest, "invalid_request", description);

    /// <summary>The token is good, and not for this.</summary>
    public static BearerChallenge InsufficientScope(string scope) =>
        new(StatusCodes.Status403Forbidden, "insufficient_scope", $"The access token lacks the scope {scope}.");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.Headers.WWWAuthenticate = error is null
            ? "Bearer realm=\"hutong\""
            : $"Bearer realm=\"hutong\", error=\"{error}\", error_description=\"{description}\"";
        NoStore.Set(response);
        return response.WriteAsJsonAsync(new ErrorBody(error ?? "invalid_token", description), ProviderJson.Default.ErrorBody);
    }
}
