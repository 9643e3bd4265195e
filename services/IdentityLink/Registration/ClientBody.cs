using System.Text.Json.Nodes;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Registration;

/// <summary>A client as it is read by whoever manages it, in the specification's words (RFC 7591, section 3.2.1).</summary>
internal static class ClientBody
{
    /// <summary>In a list: without what is personal, and without what only its stream tells.</summary>
    public static JsonObject Of(ClientRow row) => new()
    {
        ["client_id"] = row.ClientId,
        ["client_id_issued_at"] = row.RegisteredAt.ToUnixTimeSeconds(),
        ["status"] = Word(row.Status),
        ["waits"] = row.Waits,
        ["client_name"] = row.Details.Metadata.Name,
        ["application_type"] = row.Details.Metadata.ApplicationType,
        ["sector"] = row.Details.Sector,
    };

    /// <summary>All of it.</summary>
    /// <param name="client">The client.</param>
    /// <param name="contacts">What can be read of its contacts.</param>
    /// <param name="reason">What an operator said last; null where nobody did.</param>
    public static JsonObject Of(RegisteredClient client, IReadOnlyList<string> contacts, string? reason)
    {
        var body = Of(client.Metadata);
        body.Insert(0, "client_id", client.Id);
        body.Insert(1, "client_id_issued_at", client.RegisteredAt.ToUnixTimeSeconds());
        body.Insert(2, "status", Word(client.Status));
        body.Insert(3, "waits", client.Waits);
        body["contacts"] = Array(contacts);
        body["sector"] = client.ApprovedSector ?? Sectors.Of(client.Id, client.Metadata);
        if (client.Proposed is { } proposed)
            body["proposed"] = Of(proposed);
        if (reason is not null)
            body["operator_reason"] = reason;
        if (client.Secrets is [_, { EndsAt: { } end }])
            body["previous_client_secret_expires_at"] = end.ToUnixTimeSeconds();
        return body;
    }

    private static JsonObject Of(ClientMetadata it)
    {
        var body = new JsonObject
        {
            ["client_name"] = it.Name,
            [MetadataRules.ChineseNameField] = it.ChineseName,
            ["application_type"] = it.ApplicationType,
            ["redirect_uris"] = Array(it.RedirectUris),
            ["post_logout_redirect_uris"] = Array(it.PostLogoutRedirectUris),
            ["backchannel_logout_uri"] = it.BackchannelLogoutUri,
            ["security_events_uri"] = it.SecurityEventsUri,
            ["token_endpoint_auth_method"] = it.AuthenticationMethod,
            ["jwks"] = it.Jwks is { } jwks ? JsonNode.Parse(jwks) : null,
            ["grant_types"] = Array(it.GrantTypes),
            ["scope"] = string.Join(' ', it.Scopes),
            ["id_token_signed_response_alg"] = it.IdTokenAlgorithm,
            ["require_pushed_authorization_requests"] = it.RequiresPushedRequests,
            ["client_uri"] = it.ClientUri,
            ["logo_uri"] = it.LogoUri,
            ["policy_uri"] = it.PolicyUri,
            ["tos_uri"] = it.TermsUri,
            ["sector_identifier_uri"] = it.SectorIdentifierUri,
            ["union_group"] = it.UnionGroup,
        };
        foreach (var absent in body.Where(field => field.Value is null).Select(field => field.Key).ToList())
            body.Remove(absent);
        return body;
    }

    private static string Word(ClientStatus status) => status.ToString().ToLowerInvariant();

    private static JsonArray Array(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
