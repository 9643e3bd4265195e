using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>Access tokens: opaque, looked up at every use, so that revoking is immediate.</summary>
public sealed class AccessTokens(NpgsqlDataSource database, Operators operators, Clients clients)
{
    private const string FindSql = $"""
        select {TokenGrants.Columns}, t.scope from access_token t
        join live_grant g using (grant_id)
        where t.token_hash = $1 and t.expires_at > now()
        """;

    /// <summary>What a token stands for, with the token's own scopes; null where it does not hold, or its client may not be used.</summary>
    public async Task<TokenGrant?> Find(string token, CancellationToken cancellation) =>
        await database.One(
            FindSql, row => operators.Limit(TokenGrants.Read(row) with { Scopes = Scopes.Split(row.GetString(TokenGrants.ColumnCount)) }),
            cancellation, Secret.Hash(token)) is { } grant && clients.Find(grant.ClientId) is not null ? grant : null;
}
