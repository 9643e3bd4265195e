using System.Text.Json;
using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Hutong.IdentityLink.Registration;

/// <summary>What the provider needs of a registered client, and lists show.</summary>
/// <param name="Metadata">What it is.</param>
/// <param name="Sector">Whose <c>sub</c> it sees.</param>
/// <param name="Secrets">The hashes of its secrets.</param>
public sealed record ClientDetails(ClientMetadata Metadata, string Sector, IReadOnlyList<SecretHash> Secrets);

/// <summary>A registered client in the read model: without its contacts, which are personal.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="OwnerId">Who registered it.</param>
/// <param name="Status">What it has come to.</param>
/// <param name="Waits">Whether an operator has something to decide.</param>
/// <param name="Details">What it is.</param>
/// <param name="RegisteredAt">UTC.</param>
/// <param name="Version">That of its stream.</param>
public sealed record ClientRow(
    string ClientId, Guid OwnerId, ClientStatus Status, bool Waits, ClientDetails Details, DateTimeOffset RegisteredAt, long Version)
{
    private const string NotUsable = "client_not_usable";

    private static readonly Table<ClientRow> Table = new("registered_client", ClientRowJson.Default.ClientRow, "client_id");

    internal const string Columns = "client_id, owner_id, status, waits, details, registered_at, version";

    /// <summary>The write of a client as it is after a change.</summary>
    /// <param name="client">The client.</param>
    /// <param name="version">Its stream's version then.</param>
    public static RowWrite Write(RegisteredClient client, long version) => Table.Upsert(new(
        client.Id, client.Owner, client.Status, client.Waits,
        new(client.Metadata, client.ApprovedSector ?? Sectors.Of(client.Id, client.Metadata), client.Secrets), client.RegisteredAt, version));

    internal static ClientRow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetGuid(1), Enum.Parse<ClientStatus>(row.GetString(2), ignoreCase: true), row.GetBoolean(3),
        JsonSerializer.Deserialize(row.GetString(4), ClientRowJson.Default.ClientDetails)!, row.Time(5), row.GetInt64(6));

    /// <summary>It as the provider's endpoints see it.</summary>
    internal KnownClient Known()
    {
        var metadata = Details.Metadata;
        // Of one that was given up people may still read the name; it is kept in memory for ever, and nothing else of it.
        if (Status == ClientStatus.Retired)
        {
            return new(
                new Client { Id = ClientId, Name = metadata.Name, ChineseName = metadata.ChineseName, AuthenticationMethods = [], Scopes = [], Sector = ClientId },
                NotUsable, IsRetired: true);
        }
        return new(
            new Client
            {
                Id = ClientId,
                Name = metadata.Name,
                ChineseName = metadata.ChineseName,
                Secrets = metadata.UsesSecret
                    ? [.. Details.Secrets.Select(secret => new ClientSecret(Convert.FromBase64String(secret.Hash), secret.EndsAt))]
                    : [],
                AuthenticationMethods = [metadata.AuthenticationMethod],
                Jwks = metadata.Jwks is { } jwks ? new JsonWebKeySet(jwks) : null,
                IdTokenAlgorithm = metadata.IdTokenAlgorithm,
                GrantTypes = metadata.GrantTypes,
                Scopes = metadata.Scopes,
                RequiresPushedRequests = metadata.RequiresPushedRequests,
                RedirectUris = metadata.RedirectUris,
                IsNative = metadata.ApplicationType == ClientMetadata.Native,
                PostLogoutRedirectUris = metadata.PostLogoutRedirectUris,
                BackchannelLogoutUri = metadata.BackchannelLogoutUri,
                SecurityEventsUri = metadata.SecurityEventsUri,
                ClientUri = metadata.ClientUri,
                LogoUri = metadata.LogoUri,
                PolicyUri = metadata.PolicyUri,
                TermsUri = metadata.TermsUri,
                Sector = Details.Sector,
                UnionSector = metadata.UnionGroup is { } group ? Client.UnionSectorOf(group) : null,
            },
            Status switch
            {
                ClientStatus.Approved => null,
                ClientStatus.Pending => "client_not_approved",
                _ => NotUsable,
            });
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(ClientRow))]
[JsonSerializable(typeof(ClientDetails))]
[JsonSerializable(typeof(ClientPlaceRow))]
[JsonSerializable(typeof(ClientPlaceOf))]
[JsonSerializable(typeof(SectorOwnerRow))]
[JsonSerializable(typeof(NewClient))]
[JsonSerializable(typeof(NewSecret))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ClientRowJson : JsonSerializerContext;
