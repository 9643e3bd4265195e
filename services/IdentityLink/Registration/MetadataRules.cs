using System.Text.Json;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Provider;
using Hutong.ServiceDefaults.Outgoing;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Registration;

/// <summary>
/// What a client may be (RFC 7591, section 2; OpenID Connect Dynamic Client Registration 1.0, section 2; RFC 8252). Every
/// field is bounded, and what is wrong with the first that is unfit is said.
/// </summary>
public sealed class MetadataRules(IOptions<PartnerCallOptions> calls)
{
    /// <summary>A redirect address is unfit (RFC 7591, section 3.2.2).</summary>
    public const string InvalidRedirectUri = "invalid_redirect_uri";

    /// <summary>Another field is unfit (RFC 7591, section 3.2.2).</summary>
    public const string InvalidMetadata = "invalid_client_metadata";

    internal const string ChineseNameField = "client_name#zh-CN";

    private const string AuthorizationCode = "authorization_code";
    private const string RefreshToken = "refresh_token";
    private const string ClientCredentials = "client_credentials";
    private const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    private const int LongestName = 64;
    private const int LongestContact = 254;
    private const int MostAddresses = 20;
    private const int MostContacts = 10;

    private static readonly string[] ScopesToHave = [.. Scopes.Offered, Scopes.Partner];

    private static readonly string[] GrantTypes = [AuthorizationCode, RefreshToken, ClientCredentials, DeviceCode];

    /// <summary>Reads what a client is to be from the body of a request.</summary>
    /// <returns>The client and its contacts, or what is wrong.</returns>
    public Outcome<(ClientMetadata Metadata, IReadOnlyList<string> Contacts)> Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new Rejection(InvalidMetadata, "The body is a JSON object.");
        if (!MetadataBody.IsText(json))
            return new Rejection(InvalidMetadata, "The body has half a surrogate pair, which is no character.");
        var body = new MetadataBody(json);
        var metadata = Metadata(body);
        var contacts = body.Texts("contacts", MostContacts, LongestContact);
        body.Require(
            contacts.All(contact => contact.IndexOf('@') is > 0 and var at && at < contact.Length - 1), "contacts are e-mail addresses.");
        Check(metadata, body);
        return body.Fault is { } fault ? fault : (metadata, contacts);
    }

    private static ClientMetadata Metadata(MetadataBody body) => new()
    {
        ApplicationType = body.Word("application_type", ClientMetadata.Web, ClientMetadata.Web, ClientMetadata.Native),
        Name = body.Text("client_name", LongestName) ?? Missing(body, "client_name is missing."),
        ChineseName = body.Text(ChineseNameField, LongestName),
        RedirectUris = body.Texts("redirect_uris", MostAddresses, AddressRules.Longest),
        PostLogoutRedirectUris = body.Texts("post_logout_redirect_uris", MostAddresses, AddressRules.Longest),
        BackchannelLogoutUri = body.Text("backchannel_logout_uri", AddressRules.Longest),
        SecurityEventsUri = body.Text("security_events_uri", AddressRules.Longest),
        AuthenticationMethod = body.Word(
            "token_endpoint_auth_method", ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.All),
        Jwks = body.Find("jwks") is { } jwks ? KeySetRules.Read(jwks, body) : null,
        GrantTypes = Chosen(body, "grant_types", body.Texts("grant_types", GrantTypes.Length, 100), [AuthorizationCode], GrantTypes),
        Scopes = Chosen(body, "scope", Scopes.Split(body.Text("scope", 500)), [Scopes.OpenId], ScopesToHave),
        IdTokenAlgorithm = body.Word(
            "id_token_signed_response_alg", SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256),
        RequiresPushedRequests = body.Flag("require_pushed_authorization_requests"),
        ClientUri = body.Text("client_uri", AddressRules.Longest),
        LogoUri = body.Text("logo_uri", AddressRules.Longest),
        PolicyUri = body.Text("policy_uri", AddressRules.Longest),
        TermsUri = body.Text("tos_uri", AddressRules.Longest),
        SectorIdentifierUri = body.Text("sector_identifier_uri", AddressRules.Longest),
        UnionGroup = body.Text("union_group", LongestName),
    };

    private void Check(ClientMetadata it, MetadataBody body)
    {
        var isNative = it.ApplicationType == ClientMetadata.Native;
        foreach (var address in it.RedirectUris)
        {
            if (AddressRules.RedirectFault(address, isNative) is { } fault)
                body.Refuse(fault, InvalidRedirectUri);
        }
        foreach (var address in it.PostLogoutRedirectUris)
        {
            if (AddressRules.RedirectFault(address, isNative) is { } fault)
                body.Refuse($"post_logout_redirect_uris: {fault}");
        }
        foreach (var (name, address) in (IEnumerable<(string, string?)>)
            [("client_uri", it.ClientUri), ("logo_uri", it.LogoUri), ("policy_uri", it.PolicyUri), ("tos_uri", it.TermsUri)])
        {
            body.Require(address is null || AddressRules.IsWebPage(address), $"{name} is an https address on a named host.");
        }
        foreach (var (name, address) in (IEnumerable<(string, string?)>)
            [("backchannel_logout_uri", it.BackchannelLogoutUri), ("security_events_uri", it.SecurityEventsUri), ("sector_identifier_uri", it.SectorIdentifierUri)])
        {
            body.Require(
                address is null || AddressRules.MayBeCalled(address, calls.Value), $"{name} is an https address without a fragment that is reachable from the internet.");
        }
        CheckMethod(it, body);
        CheckGrants(it, body);
        body.Require(
            body.Fault is not null || it.SectorIdentifierUri is not null || Sectors.Hosts(it).Count <= 1,
            "redirect_uris on several hosts need a sector_identifier_uri whose document lists them.");
        body.Require(
            it.UnionGroup is null || it.UnionGroup.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'),
            "union_group consists of lower-case letters, digits and hyphens.");
        body.Require(it.UnionGroup is not null || !it.Scopes.Contains(Scopes.UnionId), "The scope unionid needs a union_group.");
    }

    private static void CheckMethod(ClientMetadata it, MetadataBody body)
    {
        var usesKeys = it.AuthenticationMethod == ClientAuthenticationMethods.PrivateKeyJwt;
        body.Require(it.Jwks is not null || !usesKeys, "private_key_jwt needs jwks.");
        body.Require(it.Jwks is null || usesKeys, "jwks is for private_key_jwt alone.");
        body.Require(body.Find("jwks_uri") is null, "jwks_uri is not supported: send the keys as jwks.");
    }

    private static void CheckGrants(ClientMetadata it, MetadataBody body)
    {
        var usesCode = it.GrantTypes.Contains(AuthorizationCode);
        body.Require(usesCode == it.RedirectUris.Count > 0, usesCode
            ? "authorization_code needs redirect_uris."
            : "redirect_uris are for the grant type authorization_code alone.", InvalidRedirectUri);
        body.Require(
            !it.GrantTypes.Contains(RefreshToken) || usesCode || it.GrantTypes.Contains(DeviceCode),
            "refresh_token comes with authorization_code or the device code.");
        body.Require(
            !it.GrantTypes.Contains(ClientCredentials) || it.AuthenticationMethod != ClientAuthenticationMethods.None,
            "client_credentials needs a client that authenticates.");
        body.Require(
            !it.Scopes.Contains(Scopes.Partner) || it.GrantTypes.Contains(ClientCredentials), "The scope partner comes with client_credentials.");
        body.Require(
            body.Find("response_types") is not { } types || (types.ValueKind == JsonValueKind.Array && types.EnumerateArray().All(
                type => type.ValueKind == JsonValueKind.String && type.GetString() == "code")),
            "The only response type is code.");
    }

    private static string Missing(MetadataBody body, string what)
    {
        body.Refuse(what);
        return "";
    }

    /// <summary>What was chosen of what there is, in our order.</summary>
    private static string[] Chosen(
        MetadataBody body, string name, IReadOnlyList<string> asked, IReadOnlyList<string> otherwise, IReadOnlyList<string> offered)
    {
        body.Require(asked.All(offered.Contains), $"{name} is of {string.Join(", ", offered)}.");
        return [.. offered.Where((asked.Count > 0 ? asked : otherwise).Contains)];
    }
}
