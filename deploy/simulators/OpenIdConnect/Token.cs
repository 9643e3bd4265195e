using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.OpenIdConnect;

/// <summary><c>POST /token</c> (OpenID Connect Core, section 3.1.3), with PKCE where it was begun (RFC 7636).</summary>
internal sealed class Token(
    string issuer, PlatformOptions options, AuthorizationCodes codes, IssuedTokens tokens, IdTokens idTokens, Misbehaviour misbehaviour)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/linli/token", Redeem);

    private async Task<IResult> Redeem(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        var (clientId, secret) = parameters.Credentials();
        if (options.Find(clientId) is not { } client || !client.HasSecret(secret))
            return Error("invalid_client", StatusCodes.Status401Unauthorized);
        if (parameters["grant_type"] != "authorization_code")
            return Error("unsupported_grant_type");
        if (parameters["code"] is not { } code
            || codes.Take(code) is not { } grant
            || grant.ClientId != clientId
            || grant.RedirectUri != parameters["redirect_uri"]
            || !Proves(parameters["code_verifier"], grant.CodeChallenge))
            return Error("invalid_grant");

        var accessToken = tokens.Issue(grant);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(new
        {
            access_token = accessToken,
            token_type = "Bearer",
            expires_in = (long)tokens.Lifetime.TotalSeconds,
            scope = grant.Scope,
            id_token = idTokens.Make(issuer, misbehaviour.Takes(Mode.OtherApp) ? Misbehaviour.AnotherApp : grant.ClientId, grant, accessToken),
        });
    }

    private static bool Proves(string? verifier, string? challenge) =>
        challenge is null ? verifier is null
            : verifier is not null && Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))) == challenge;

    private static IResult Error(string error, int status = StatusCodes.Status400BadRequest) => Results.Json(new { error }, statusCode: status);
}
