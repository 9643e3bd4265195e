using System.Net.Http.Headers;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>/userinfo</c> (OpenID Connect Core, section 5.3): the claims of whoever an access token stands for.</summary>
internal static class UserInfoEndpoint
{
    public static void MapUserInfoEndpoint(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/userinfo", [HttpMethods.Get, HttpMethods.Post], Answer).CallableFromAnywhere();

    private static async Task<IResult> Answer(
        HttpRequest request, AccessTokens accessTokens, LinkedAccounts accounts, KnownSubjects subjects, Clients clients,
        CancellationToken cancellation)
    {
        var (token, fault) = await Token(request, cancellation);
        if (fault is not null)
            return new Challenge(StatusCodes.Status400BadRequest, "invalid_request", fault);
        if (token is null)
            return new Challenge(StatusCodes.Status401Unauthorized, null, "An access token is needed.");
        if (await accessTokens.Find(token, cancellation) is not { } grant)
            return new Challenge(StatusCodes.Status401Unauthorized, "invalid_token", "The access token does not hold.");
        if (!grant.Scopes.Contains(Scopes.OpenId))
            return new Challenge(StatusCodes.Status403Forbidden, "insufficient_scope", "The access token lacks the scope openid.");

        var claims = new Dictionary<string, object> { ["sub"] = grant.Subject };
        if (grant.Scopes.Contains(Scopes.Profile) && await accounts.Nickname(grant.PersonId, cancellation) is { } nickname)
        {
            // What the platform calls somebody is the only name they have here: what clients print, and what they say to them.
            claims["name"] = nickname;
            claims["nickname"] = nickname;
        }
        if (grant.Scopes.Contains(Scopes.UnionId)
            && clients.Find(grant.ClientId)?.UnionSector is { } sector
            && await subjects.Find(grant.PersonId, sector, cancellation) is { } unionId)
            claims["unionid"] = unionId;
        NoStore.Set(request.HttpContext.Response);
        return Results.Json(claims);
    }

    /// <summary>From the header or the form, and never from both (RFC 6750, section 2).</summary>
    private static async Task<(string? Token, string? Fault)> Token(HttpRequest request, CancellationToken cancellation)
    {
        var inForm = HttpMethods.IsPost(request.Method) ? await Parameters.OfForm(request, cancellation) : null;
        if (inForm?.IsFaulty("access_token") == true)
            return (null, "access_token is there more than once, or unfit");
        var fromForm = inForm?["access_token"];
        var fromHeader = AuthenticationHeaderValue.TryParse(request.Headers.Authorization.ToString(), out var header)
            && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? header.Parameter : null;
        return fromForm is not null && fromHeader is not null
            ? (null, "The access token is there in two ways at once.")
            : (fromHeader ?? fromForm, null);
    }

    /// <summary>A refusal as RFC 6750, section 3, words it; without a token there is no error to name.</summary>
    private sealed class Challenge(int status, string? error, string description) : IResult
    {
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
}
