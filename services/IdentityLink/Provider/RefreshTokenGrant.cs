using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>grant_type=refresh_token</c> (RFC 6749, section 6), with rotation and detection of reuse (RFC 9700, section 4.14.2).</summary>
public sealed class RefreshTokenGrant(
    NpgsqlDataSource database, RefreshTokens refreshTokens, Tokens tokens, Operators operators, IOptions<ProviderOptions> options,
    IOptions<SessionLimits> limits) : IGrantType
{
    // One statement, by the database's clock: of two that rotate a token at once, on whichever instances, one adds the
    // successor, and the other, which waits for it, finds itself in the grace period. A site that renews what a session let it
    // have uses the session; a partner that goes on while the person is away does not.
    private const string RotateSql = $"""
        with found as (
            select t.grant_id, t.rotated_at is null as is_new, coalesce(now() - t.rotated_at > $3, false) as is_reused
            from refresh_token t join token_grant g using (grant_id)
            where t.token_hash = $1 and g.client_id = $2 and t.expires_at > now()
            for update of t),
        holding as (select f.is_new, f.is_reused, g.offline, {TokenGrants.Columns} from found f join live_grant g using (grant_id)),
        revoked as (
            update token_grant t set revoked_at = now() from holding h where t.grant_id = h.grant_id and h.is_reused),
        granted as (select * from holding where not is_reused and $8::text[] <@ string_to_array(scope, ' ')),
        rotated as (update refresh_token t set rotated_at = now() from granted g where t.token_hash = $1 and g.is_new),
        succeeded as (
            insert into refresh_token (token_hash, grant_id, expires_at) select $4, grant_id, now() + $5 from granted where is_new),
        prolonged as (
            update token_grant t set expires_at = now() + $5 from granted g where t.grant_id = g.grant_id and g.is_new),
        used as (
            update browser_session s set last_used_at = now(), expires_at = least(now() + $10, s.authenticated_at + $11)
            from granted g where s.sid = g.sid and not g.offline and s.last_used_at < now() - $12),
        accessible as (
            insert into access_token (token_hash, grant_id, scope, expires_at)
            select $6, grant_id, coalesce($9::text, scope), now() + $7 from granted)
        select {TokenGrants.Columns}, g.is_reused, exists (select from granted) from holding g
        """;

    /// <inheritdoc/>
    public string Name => "refresh_token";

    /// <inheritdoc/>
    public async Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation)
    {
        if (parameters["refresh_token"] is not { } token)
            return OAuthError.InvalidRequest("refresh_token is needed").Answer();
        var settings = options.Value;
        var (successor, accessToken) = (refreshTokens.Successor(token), Secret.New());
        var asked = Scopes.Split(parameters["scope"]);
        var found = await database.One(
            RotateSql, Read, cancellation, Secret.Hash(token), client.Id, settings.RefreshGrace, Secret.Hash(successor),
            settings.RefreshTokenLifetime, Secret.Hash(accessToken), settings.AccessTokenLifetime, asked,
            asked.Length == 0 ? null : string.Join(' ', Scopes.Known(parameters["scope"])),
            limits.Value.IdleLimit, limits.Value.AbsoluteLimit, limits.Value.TouchAfter);
        if (found is null)
            return OAuthError.InvalidGrant("The refresh token does not hold.").Answer();
        if (found.IsReused)
            return OAuthError.InvalidGrant("The refresh token was used before; its whole family is revoked.").Answer();
        if (!found.IsGranted)
            return new OAuthError("invalid_scope", "The scope goes beyond what was granted.").Answer();

        // Without the nonce of the code's id token (OpenID Connect Core, section 12.2: it should not be there).
        var grant = operators.Limit(found.Grant with
        {
            Nonce = null, Scopes = asked.Length == 0 ? found.Grant.Scopes : Scopes.Known(parameters["scope"]),
        });
        return new TokenBody(
            accessToken, "Bearer", (long)settings.AccessTokenLifetime.TotalSeconds, string.Join(' ', grant.Scopes), successor,
            grant.Scopes.Contains(Scopes.OpenId) ? await tokens.IdToken(grant, accessToken, cancellation) : null);
    }

    private static Found Read(NpgsqlDataReader row) =>
        new(TokenGrants.Read(row), row.GetBoolean(TokenGrants.ColumnCount), row.GetBoolean(TokenGrants.ColumnCount + 1));

    private sealed record Found(TokenGrant Grant, bool IsReused, bool IsGranted);
}
