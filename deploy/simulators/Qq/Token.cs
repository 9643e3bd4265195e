using System.Globalization;
using System.Security.Cryptography;
using Hutong.Simulators.Platforms;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.Simulators.Qq;

/// <summary><c>GET /oauth2.0/token</c>: a code for a token, as a form unless JSON was asked for by <c>fmt=json</c>.</summary>
internal sealed class Token(PlatformOptions options, AuthorizationCodes codes, IssuedTokens tokens)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/oauth2.0/token", Redeem);

    private async Task<IResult> Redeem(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (parameters["grant_type"] != "authorization_code")
            return QqError.WrongGrantType.Answer();
        if (parameters["client_id"] is not { } clientId)
            return QqError.MissingClientId.Answer();
        if (options.Find(clientId) is not { } client)
            return QqError.UnknownClient.Answer();
        if (!client.HasSecret(parameters["client_secret"]))
            return QqError.WrongSecret.Answer();
        if (parameters["code"] is not { } code)
            return QqError.MissingCode.Answer();
        if (codes.IsSpent(code))
            return QqError.ReusedCode.Answer();
        if (codes.Take(code) is not { } grant || grant.ClientId != clientId)
            return QqError.WrongCode.Answer();
        if (grant.RedirectUri != parameters["redirect_uri"])
            return QqError.WrongRedirect.Answer();

        var reply = new Dictionary<string, string?>
        {
            ["access_token"] = tokens.Issue(grant),
            ["expires_in"] = ((long)tokens.Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["refresh_token"] = RandomNumberGenerator.GetHexString(32),
        };
        return parameters["fmt"] == "json"
            ? Results.Json(reply)
            : Results.Text(QueryHelpers.AddQueryString("", reply).TrimStart('?'), "text/html; charset=utf-8");
    }
}
