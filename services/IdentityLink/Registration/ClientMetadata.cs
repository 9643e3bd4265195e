using System.Text.Json.Serialization;

namespace Hutong.IdentityLink.Registration;

/// <summary>What a registered client is (RFC 7591, section 2), without what is personal. In brackets, the specifications' names.</summary>
public sealed record ClientMetadata
{
    /// <summary>For servers; its addresses are of the internet.</summary>
    public const string Web = "web";

    /// <summary>For programs on a person's own machine (RFC 8252).</summary>
    public const string Native = "native";

    /// <summary><see cref="Web"/> or <see cref="Native"/> (<c>application_type</c>).</summary>
    public required string ApplicationType { get; init; }

    /// <summary>What people read (<c>client_name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>What people read in Chinese (<c>client_name#zh-CN</c>); null where it has one name.</summary>
    public string? ChineseName { get; init; }

    /// <summary>Where answers may go (<c>redirect_uris</c>).</summary>
    public required IReadOnlyList<string> RedirectUris { get; init; }

    /// <summary>Where a browser may go after signing out (<c>post_logout_redirect_uris</c>).</summary>
    public required IReadOnlyList<string> PostLogoutRedirectUris { get; init; }

    /// <summary>Where logout tokens go (<c>backchannel_logout_uri</c>).</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>Where security event tokens go (<c>security_events_uri</c>; RFC 8935).</summary>
    public string? SecurityEventsUri { get; init; }

    /// <summary>How it authenticates (<c>token_endpoint_auth_method</c>).</summary>
    public required string AuthenticationMethod { get; init; }

    /// <summary>Its public keys, a JWK set as JSON text (<c>jwks</c>).</summary>
    public string? Jwks { get; init; }

    /// <summary>What it may send to the token endpoint (<c>grant_types</c>).</summary>
    public required IReadOnlyList<string> GrantTypes { get; init; }

    /// <summary>The scopes it may ask for (<c>scope</c>).</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>What its id tokens are signed with (<c>id_token_signed_response_alg</c>).</summary>
    public required string IdTokenAlgorithm { get; init; }

    /// <summary>Whether its authorization requests must be pushed (<c>require_pushed_authorization_requests</c>).</summary>
    public bool RequiresPushedRequests { get; init; }

    /// <summary>Its page for people (<c>client_uri</c>).</summary>
    public string? ClientUri { get; init; }

    /// <summary>Its picture (<c>logo_uri</c>).</summary>
    public string? LogoUri { get; init; }

    /// <summary>What it does with what it learns (<c>policy_uri</c>).</summary>
    public string? PolicyUri { get; init; }

    /// <summary>Its terms (<c>tos_uri</c>).</summary>
    public string? TermsUri { get; init; }

    /// <summary>The document that speaks for its addresses (<c>sector_identifier_uri</c>; OpenID Connect Core, section 8.1).</summary>
    public string? SectorIdentifierUri { get; init; }

    /// <summary>The group of its owner's apps that see one <c>unionid</c> (<c>union_group</c>).</summary>
    public string? UnionGroup { get; init; }

    /// <summary>Whether it proves who it is by a secret.</summary>
    [JsonIgnore]
    public bool UsesSecret => Provider.ClientAuthenticationMethods.UsesSecret(AuthenticationMethod);

    /// <summary>
    /// Whether an operator must look at it before it may take the place of what was approved: it changes what people read, how
    /// the client proves who it is or whose <c>sub</c> it sees, or adds to where people are sent, what it may have or which
    /// hosts we call. To have less, and to keep one's keys, nobody is asked.
    /// </summary>
    public bool NeedsApprovalAfter(ClientMetadata approved) =>
        Shown(this) != Shown(approved)
        || (ApplicationType, AuthenticationMethod, SectorIdentifierUri, UnionGroup)
            != (approved.ApplicationType, approved.AuthenticationMethod, approved.SectorIdentifierUri, approved.UnionGroup)
        || RedirectUris.Except(approved.RedirectUris).Any()
        || PostLogoutRedirectUris.Except(approved.PostLogoutRedirectUris).Any()
        || GrantTypes.Except(approved.GrantTypes).Any()
        || Scopes.Except(approved.Scopes).Any()
        || Called(this).Except([.. Called(approved), .. Sectors.Hosts(approved)]).Any();

    /// <summary>Whether it says the same, list by list.</summary>
    public bool SaysTheSameAs(ClientMetadata other) =>
        this with { RedirectUris = [], PostLogoutRedirectUris = [], GrantTypes = [], Scopes = [] }
            == other with { RedirectUris = [], PostLogoutRedirectUris = [], GrantTypes = [], Scopes = [] }
        && RedirectUris.SequenceEqual(other.RedirectUris)
        && PostLogoutRedirectUris.SequenceEqual(other.PostLogoutRedirectUris)
        && GrantTypes.SequenceEqual(other.GrantTypes)
        && Scopes.SequenceEqual(other.Scopes);

    private static IEnumerable<string> Called(ClientMetadata of) =>
        ((string?[])[of.BackchannelLogoutUri, of.SecurityEventsUri]).OfType<string>().Select(address => new Uri(address).Authority);

    private static (string, string?, string?, string?, string?, string?) Shown(ClientMetadata of) =>
        (of.Name, of.ChineseName, of.ClientUri, of.LogoUri, of.PolicyUri, of.TermsUri);
}
