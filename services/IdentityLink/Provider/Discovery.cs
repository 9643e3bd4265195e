using Hutong.IdentityLink.Devices;
using Hutong.IdentityLink.Signing;

namespace Hutong.IdentityLink.Provider;

/// <summary>What this provider can do, and nothing that it cannot (OpenID Connect Discovery 1.0, section 3).</summary>
internal static class Discovery
{
    private static readonly string[] OfConfidential =
        [.. ClientAuthenticationMethods.All.Where(method => method != ClientAuthenticationMethods.None)];

    public static void MapDiscovery(this IEndpointRouteBuilder routes)
    {
        // The second address is RFC 8414's; what it adds to the first is nothing.
        foreach (var address in (string[])["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"])
            routes.MapGet(address, (Issuer issuer, IEnumerable<IGrantType> grantTypes) => Results.Json(Document(issuer, grantTypes)))
                .CallableFromAnywhere();
    }

    private static Dictionary<string, object> Document(Issuer issuer, IEnumerable<IGrantType> grantTypes) => new()
    {
        ["issuer"] = issuer.Public,
        ["authorization_endpoint"] = issuer.Address("/authorize"),
        ["token_endpoint"] = issuer.Address("/token"),
        ["pushed_authorization_request_endpoint"] = issuer.Address(PushedAuthorizationRequestEndpoint.Path),
        ["introspection_endpoint"] = issuer.Address(IntrospectionEndpoint.Path),
        ["revocation_endpoint"] = issuer.Address(RevocationEndpoint.Path),
        ["device_authorization_endpoint"] = issuer.Address(DeviceAuthorizationEndpoint.Path),
        ["userinfo_endpoint"] = issuer.Address("/userinfo"),
        ["jwks_uri"] = issuer.Address(KeysEndpoint.Path),
        ["end_session_endpoint"] = issuer.Address("/end_session"),
        ["scopes_supported"] = Scopes.Offered.Append(Scopes.Partner),
        ["response_types_supported"] = new[] { "code" },
        ["response_modes_supported"] = AuthorizationResponse.Modes,
        ["grant_types_supported"] = grantTypes.Select(type => type.Name).ToArray(),
        ["subject_types_supported"] = new[] { "pairwise" },
        ["id_token_signing_alg_values_supported"] = SigningAlgorithms.All,
        ["token_endpoint_auth_methods_supported"] = ClientAuthenticationMethods.All,
        ["token_endpoint_auth_signing_alg_values_supported"] = ClientAssertions.Algorithms,
        ["introspection_endpoint_auth_methods_supported"] = OfConfidential,
        ["introspection_endpoint_auth_signing_alg_values_supported"] = ClientAssertions.Algorithms,
        ["revocation_endpoint_auth_methods_supported"] = ClientAuthenticationMethods.All,
        ["revocation_endpoint_auth_signing_alg_values_supported"] = ClientAssertions.Algorithms,
        ["require_pushed_authorization_requests"] = false,
        ["code_challenge_methods_supported"] = new[] { "S256" },
        ["prompt_values_supported"] = new[] { "none", "login", "consent", "select_account" },
        ["acr_values_supported"] = AuthenticationContext.All,
        ["display_values_supported"] = new[] { "page", "popup", "touch" },
        ["claim_types_supported"] = new[] { "normal" },
        ["claims_supported"] = (string[])
            ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "at_hash", "acr", "amr", .. PersonClaims.Names],
        ["ui_locales_supported"] = new[] { "zh-CN", "en" },
        ["claims_parameter_supported"] = true,
        ["request_parameter_supported"] = false,
        ["request_uri_parameter_supported"] = false,
        ["authorization_response_iss_parameter_supported"] = true,
        ["backchannel_logout_supported"] = true,
        ["backchannel_logout_session_supported"] = true,
    };
}
