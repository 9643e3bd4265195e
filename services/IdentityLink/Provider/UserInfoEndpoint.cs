namespace Hutong.IdentityLink.Provider;

/// <summary><c>/userinfo</c> (OpenID Connect Core, section 5.3): the claims of whoever an access token stands for.</summary>
internal static class UserInfoEndpoint
{
    public static void MapUserInfoEndpoint(this IEndpointRouteBuilder routes) =>
        routes.MapMethods("/userinfo", [HttpMethods.Get, HttpMethods.Post], Answer).CallableFromAnywhere();

    private static async Task<IResult> Answer(
        HttpRequest request, AccessTokens accessTokens, PersonClaims personClaims, CancellationToken cancellation)
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

        var claims = await personClaims.Of(grant, cancellation);
        claims["sub"] = grant.Subject;
        NoStore.Set(request.HttpContext.Response);
        return Results.Json(claims);
    }
}
