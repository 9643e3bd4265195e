using System.Globalization;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Jd;

/// <summary><c>/oauth2/access_token</c> and <c>/oauth2/refresh_token</c>: success is <c>code</c> 0.</summary>
internal sealed class AccessToken(
    PlatformOptions options, AuthorizationCodes codes, IssuedTokens access, IssuedTokens refresh, TimeProvider time)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/jd/oauth2/access_token", Methods, (HttpRequest request) => Give(request, "authorization_code", Redeem));
        routes.MapMethods("/jd/oauth2/refresh_token", Methods, (HttpRequest request) => Give(request, "refresh_token", Refresh));
    }

    private async Task<IResult> Give(HttpRequest request, string grantType, Func<Parameters, PlatformClient, (Grant? Grant, JdError Error)> find)
    {
        var parameters = await Parameters.Read(request);
        if (options.Find(parameters["app_key"]) is not { } client)
            return JdError.InvalidApp.Answer();
        if (!client.HasSecret(parameters["app_secret"]))
            return JdError.WrongSecret.Answer();
        if (parameters["grant_type"] != grantType)
            return JdError.WrongGrantType.Answer();
        var (grant, error) = find(parameters, client);
        if (grant is null)
            return error.Answer();
        return Results.Json(new
        {
            access_token = access.Issue(grant),
            expires_in = (long)access.Lifetime.TotalSeconds,
            refresh_token = refresh.Issue(grant),
            scope = grant.Scope,
            open_id = grant.Person.Jd!.OpenId,
            time = time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            token_type = "bearer",
            code = 0,
        });
    }

    private (Grant?, JdError) Redeem(Parameters parameters, PlatformClient client) => (
        parameters["code"] is { } code && codes.Take(code) is { } grant && grant.ClientId == client.ClientId ? grant : null,
        JdError.InvalidCode);

    private (Grant?, JdError) Refresh(Parameters parameters, PlatformClient client) => (
        refresh.Find(parameters["refresh_token"]) is ({ } grant, false) && grant.ClientId == client.ClientId ? grant : null,
        JdError.InvalidRefreshToken);
}
