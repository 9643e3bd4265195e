using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>grant_type=refresh_token</c> (RFC 6749, section 6), with rotation and detection of reuse (RFC 9700, section 4.14.2).</summary>
public sealed class RefreshTokenGrant(
    NpgsqlDataSource database, TokenGrants grants, Tokens tokens, Operators operators, IOptions<ProviderOptions> options,
    TimeProvider time) : IGrantType
{
    private const string FindSql = $"""
        select {TokenGrants.Columns}, t.salt, t.rotated_at, t.expires_at > $2 and exists (select from live_grant l where l.grant_id = g.grant_id)
        from refresh_token t join token_grant g using (grant_id)
        where t.token_hash = $1
        """;

    // One statement: of two that rotate a token at once, one adds the successor; the other is in the grace period.
    private const string RotateSql = """
        with rotated as (
            update refresh_token set rotated_at = $2 where token_hash = $1 and rotated_at is null
            returning grant_id),
        prolonged as (update token_grant g set expires_at = $5 from rotated r where g.grant_id = r.grant_id)
        insert into refresh_token (token_hash, grant_id, salt, expires_at)
        select $3, grant_id, $4, $5 from rotated
        """;

    private const string AddAccessTokenSql =
        "insert into access_token (token_hash, grant_id, scope, expires_at) values ($1, $2, $3, $4)";

    /// <inheritdoc/>
    public string Name => "refresh_token";

    /// <inheritdoc/>
    public async Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation)
    {
        if (parameters["refresh_token"] is not { } token)
            return OAuthError.InvalidRequest("refresh_token is needed").Answer();
        var now = time.GetUtcNow();
        var hash = Secret.Hash(token);
        var found = await database.One(FindSql, Read, cancellation, hash, now);
        if (found is not { Holds: true } || found.Grant.ClientId != client.Id)
            return OAuthError.InvalidGrant("The refresh token does not hold.").Answer();
        if (now - found.RotatedAt > options.Value.RefreshGrace)
        {
            await grants.Revoke(found.Grant.Id, cancellation);
            return OAuthError.InvalidGrant("The refresh token was used before; its whole family is revoked.").Answer();
        }
        var asked = Scopes.Split(parameters["scope"]);
        if (asked.Except(found.Grant.Scopes).Any())
            return new OAuthError("invalid_scope", "The scope goes beyond what was granted.").Answer();

        var successor = RefreshTokens.Successor(token, found.Salt);
        if (found.RotatedAt is null)
        {
            await database.Run(
                RotateSql, cancellation, hash, now, Secret.Hash(successor), RefreshTokens.NewSalt(), now + options.Value.RefreshTokenLifetime);
        }
        var grant = asked.Length == 0 ? found.Grant : found.Grant with { Scopes = Scopes.Known(parameters["scope"]) };
        return await Answer(operators.Limit(grant), successor, now, cancellation);
    }

    private async Task<IResult> Answer(TokenGrant grant, string successor, DateTimeOffset now, CancellationToken cancellation)
    {
        var accessToken = Secret.New();
        var lifetime = options.Value.AccessTokenLifetime;
        var scope = string.Join(' ', grant.Scopes);
        await database.Run(AddAccessTokenSql, cancellation, Secret.Hash(accessToken), grant.Id, scope, now + lifetime);
        // Without the nonce of the code's id token (OpenID Connect Core, section 12.2: it should not be there).
        var idToken = grant.Scopes.Contains(Scopes.OpenId)
            ? await tokens.IdToken(grant with { Nonce = null }, accessToken, cancellation)
            : null;
        return new TokenBody(accessToken, "Bearer", (long)lifetime.TotalSeconds, scope, successor, idToken);
    }

    private static Found Read(NpgsqlDataReader row) => new(
        TokenGrants.Read(row), row.GetFieldValue<byte[]>(8), row.IsDBNull(9) ? null : row.Time(9), row.GetBoolean(10));

    private sealed record Found(TokenGrant Grant, byte[] Salt, DateTimeOffset? RotatedAt, bool Holds);
}
