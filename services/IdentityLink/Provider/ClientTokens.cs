using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>What an access token of a client's own stands for.</summary>
/// <param name="Client">The client: nobody else is behind it.</param>
/// <param name="Scopes">What it may do.</param>
public sealed record ClientToken(Client Client, IReadOnlyList<string> Scopes);

/// <summary>
/// Access tokens of clients that speak for themselves (RFC 6749, section 4.4): opaque, looked up at every use, so that
/// revoking is immediate.
/// </summary>
public sealed class ClientTokens(NpgsqlDataSource database, Clients clients, IOptions<ProviderOptions> options)
{
    private const string AddSql =
        "insert into client_token (token_hash, client_id, scope, expires_at) values ($1, $2, $3, now() + $4)";

    private const string FindSql = "select client_id, scope from live_client_token where token_hash = $1";

    /// <summary>Gives a client a token.</summary>
    public async Task<string> Add(Client client, string scope, CancellationToken cancellation)
    {
        var token = Secret.New();
        await database.Run(AddSql, cancellation, Secret.Hash(token), client.Id, scope, options.Value.AccessTokenLifetime);
        return token;
    }

    /// <summary>What a token stands for; null where it does not hold, or its client may have none any more.</summary>
    public async Task<ClientToken?> Find(string token, CancellationToken cancellation) =>
        await database.One(FindSql, row => new Found(row.GetString(0), row.GetString(1)), cancellation, Secret.Hash(token)) is { } found
        && clients.Find(found.ClientId) is { } client && client.GrantTypes.Contains(ClientCredentialsGrant.GrantType)
            ? new(client, Scopes.Split(found.Scope))
            : null;

    private sealed record Found(string ClientId, string Scope);
}
