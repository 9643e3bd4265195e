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
public sealed class ClientTokens
{
    private const string AddSql = """
        insert into client_token (token_hash, client_id, scope, expires_at)
        select t.token_hash, t.client_id, t.scope, now() + $4
        from unnest($1::bytea[], $2::text[], $3::text[]) as t (token_hash, client_id, scope)
        """;

    private const string FindSql = "select client_id, scope from live_client_token where token_hash = $1";

    private readonly NpgsqlDataSource database;
    private readonly Clients clients;
    private readonly IOptions<ProviderOptions> options;
    private readonly Together<Added, bool> adding;

    /// <summary>Those in this database.</summary>
    public ClientTokens(NpgsqlDataSource database, Clients clients, IOptions<ProviderOptions> options)
    {
        (this.database, this.clients, this.options) = (database, clients, options);
        adding = new(Add);
    }

    /// <summary>Gives a client a token. Those of a busy moment are stored together.</summary>
    public async Task<string> Add(Client client, string scope)
    {
        var token = Secret.New();
        await adding.Ask(new(Secret.Hash(token), client.Id, scope));
        return token;
    }

    /// <summary>What a token stands for; null where it does not hold, or its client may have none any more.</summary>
    public async Task<ClientToken?> Find(string token, CancellationToken cancellation) =>
        await database.One(FindSql, row => new Found(row.GetString(0), row.GetString(1)), cancellation, Secret.Hash(token)) is { } found
        && clients.Find(found.ClientId) is { } client && client.GrantTypes.Contains(ClientCredentialsGrant.GrantType)
        && client.MayAskFor(found.Scope)
            ? new(client, Scopes.Split(found.Scope))
            : null;

    private async Task<IReadOnlyList<bool>> Add(IReadOnlyList<Added> tokens)
    {
        await database.Run(
            AddSql, CancellationToken.None, tokens.Select(token => token.Hash).ToArray(), tokens.Select(token => token.ClientId).ToArray(),
            tokens.Select(token => token.Scope).ToArray(), options.Value.AccessTokenLifetime);
        return [.. tokens.Select(_ => true)];
    }

    private sealed record Added(byte[] Hash, string ClientId, string Scope);

    private sealed record Found(string ClientId, string Scope);
}
