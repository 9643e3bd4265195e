using System.ComponentModel.DataAnnotations;
using Hutong.IdentityLink.Platforms;

namespace Hutong.IdentityLink.Provider;

/// <summary>A client that is part of the installation, <c>Provider:Clients:{client_id}</c>. In brackets, the specifications' names (RFC 7591).</summary>
public sealed class ClientOptions
{
    /// <summary>What people read on the consent page (<c>client_name</c>).</summary>
    [Required]
    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret, base64; null for a client without one. Secrets are random, so that no slow hash is needed.</summary>
    public string? SecretHash { get; init; }

    /// <summary>
    /// How it authenticates (<c>token_endpoint_auth_method</c>), one of <see cref="ClientAuthenticationMethods"/>. By default
    /// a client with a secret may send it either way, and one without is public.
    /// </summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>Its public keys for <c>private_key_jwt</c>, a JWK set as JSON text (<c>jwks</c>; RFC 7517, section 5).</summary>
    public string? Jwks { get; init; }

    /// <summary>What its id tokens are signed with (<c>id_token_signed_response_alg</c>): RS256 or ES256.</summary>
    public string IdTokenAlgorithm { get; init; } = "RS256";

    /// <summary>What it may send to the token endpoint (<c>grant_types</c>); null for <c>authorization_code</c> and <c>refresh_token</c>.</summary>
    public string[]? GrantTypes { get; init; }

    /// <summary>Whether its authorization requests must be pushed (<c>require_pushed_authorization_requests</c>; RFC 9126, section 6).</summary>
    public bool RequiresPushedRequests { get; init; }

    /// <summary>Where answers may go; compared character by character (<c>redirect_uris</c>).</summary>
    public string[] RedirectUris { get; init; } = [];

    /// <summary>Where a browser may go after signing out; compared character by character (<c>post_logout_redirect_uris</c>).</summary>
    public string[] PostLogoutRedirectUris { get; init; } = [];

    /// <summary>Where logout tokens go; null for none (<c>backchannel_logout_uri</c>).</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>Where security event tokens go; null for none (RFC 8935).</summary>
    public string? SecurityEventsUri { get; init; }

    /// <summary>Its page for people (<c>client_uri</c>).</summary>
    public string? ClientUri { get; init; }

    /// <summary>Its picture (<c>logo_uri</c>).</summary>
    public string? LogoUri { get; init; }

    /// <summary>What it does with what it learns (<c>policy_uri</c>).</summary>
    public string? PolicyUri { get; init; }

    /// <summary>Its terms (<c>tos_uri</c>).</summary>
    public string? TermsUri { get; init; }

    /// <summary>Clients of one sector see the same <c>sub</c> (OpenID Connect Core, section 8.1); the client id by default.</summary>
    public string? Sector { get; init; }

    /// <summary>
    /// The developer whose apps see one <c>unionid</c> of a person, each besides its own <c>sub</c>; null for none. It is
    /// a <c>sub</c> of the group: assigned once, and stable through merge and split like any other.
    /// </summary>
    public string? UnionGroup { get; init; }

    /// <summary>One of our own sites: no consent page, and its tokens end with the browser session.</summary>
    public bool Site { get; init; }

    /// <summary>Whether it may have the scope <see cref="Scopes.Operations"/> when an operator signs in. For sites alone.</summary>
    public bool Operations { get; init; }

    /// <summary>Whether it may have the scope <see cref="Scopes.Clients"/>. For sites alone: it is good inside.</summary>
    public bool RegistersClients { get; init; }

    /// <summary>Which ways in the sign-in page offers first.</summary>
    public Side Side { get; init; } = Side.Social;
}
