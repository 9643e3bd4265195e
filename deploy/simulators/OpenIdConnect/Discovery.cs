namespace Hutong.Simulators.OpenIdConnect;

/// <summary>The discovery document (OpenID Connect Discovery 1.0, section 4) and the key set.</summary>
internal sealed class Discovery(string issuer, IdTokens idTokens)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/linli/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer,
            authorization_endpoint = $"{issuer}/authorize",
            token_endpoint = $"{issuer}/token",
            userinfo_endpoint = $"{issuer}/userinfo",
            jwks_uri = $"{issuer}/keys",
            response_types_supported = (string[])["code"],
            subject_types_supported = (string[])["public"],
            id_token_signing_alg_values_supported = (string[])["RS256"],
            scopes_supported = (string[])["openid", "profile", "email"],
            token_endpoint_auth_methods_supported = (string[])["client_secret_basic", "client_secret_post"],
            code_challenge_methods_supported = (string[])["S256"],
            authorization_response_iss_parameter_supported = true,
        }));
        routes.MapGet("/linli/keys", () => Results.Json(new { keys = (object[])[idTokens.PublicKey] }));
    }
}
