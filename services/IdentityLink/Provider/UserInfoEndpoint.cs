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
        var (token, fault) = await BearerTokens.Of(request, cancellation);
        if (fault is not null)
            return BearerChallenge.InvalidRequest(fault);
        if (token is null)
            return BearerChallenge.Missing;
        if (await accessTokens.Find(token, cancellation) is not { } grant)
            return BearerChallenge.InvalidToken;
        if (!grant.Scopes.Contains(Scopes.OpenId))
            return BearerChallenge.InsufficientScope(Scopes.OpenId);

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
}
