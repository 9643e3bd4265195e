using System.Globalization;
using System.Text;
using System.Text.Json;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Weibo;

/// <summary>
/// <c>POST /oauth2/access_token</c>: a code for a token. Its numbers are strings, it is JSON under the name of
/// <c>text/plain</c>, and the <c>uid</c> in it must not be taken as proof of who signed in.
/// </summary>
internal sealed class AccessToken(PlatformOptions options, AuthorizationCodes codes, WeiboTokens tokens)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/oauth2/access_token", Redeem);

    private async Task<IResult> Redeem(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        var (clientId, secret) = parameters.Credentials();
        if (clientId is null || secret is null)
            return WeiboError.InvalidRequest.Answer(request, "miss client id or secret");
        if (options.Find(clientId) is not { } client || !client.HasSecret(secret))
            return WeiboError.InvalidClient.Answer(request, "client_id or client_secret parameter is invalid");
        if (parameters["grant_type"] != "authorization_code")
            return WeiboError.UnsupportedGrantType.Answer(request, "unsupported grant type");
        if (parameters["code"] is not { } code || parameters["redirect_uri"] is not { } redirectUri)
            return WeiboError.InvalidRequest.Answer(request, "miss code or redirect_uri");

        if (codes.Take(code) is not { } grant || grant.ClientId != clientId)
            return WeiboError.InvalidGrant.Answer(request, $"invalid authorization code:{code}");
        if (grant.RedirectUri != redirectUri)
            return WeiboError.RedirectUriMismatch.Answer(request, "redirect_uri mismatch");

        var lifetime = WeiboToken.Lifetime.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return Results.Text(
            JsonSerializer.Serialize(new
            {
                access_token = tokens.Issue(grant),
                remind_in = lifetime,
                expires_in = lifetime,
                uid = grant.Person.Weibo!.Uid.ToString(CultureInfo.InvariantCulture),
                isRealName = "true",
            }),
            "text/plain",
            Encoding.UTF8);
    }
}
