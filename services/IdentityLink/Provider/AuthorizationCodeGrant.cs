using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>grant_type=authorization_code</c> (RFC 6749, section 4.1.3; RFC 7636, section 4.6).</summary>
public sealed class AuthorizationCodeGrant(
    NpgsqlDataSource database, Operators operators, PersonClaims claims, Tokens tokens, IOptions<ProviderOptions> options) : IGrantType
{
    // One statement: of two that present a code at once, on whichever instances, one gets tokens. The other, which waits
    // for it, finds the code used: somebody else has it, and what it gave does not hold either (RFC 6749, section 4.1.2).
    // What the code is bound to is no secret, so that comparing it here gives nothing away.
    private const string UseSql = $"""
        with found as (
            select c.grant_id, c.used_at is not null as is_used, c.redirect_uri = $3 as is_sent_there,
                   c.code_challenge is not distinct from $4::text as is_verified, c.expires_at > now() as is_fresh,
                   c.id_token_claims
            from authorization_code c join token_grant g using (grant_id)
            where c.code_hash = $1 and g.client_id = $2
            for update of c),
        revoked as (
            update token_grant t set revoked_at = now() from found f
            where t.grant_id = f.grant_id and f.is_used and t.revoked_at is null),
        holding as (select {TokenGrants.Columns} from found f join live_grant g using (grant_id) where f.is_fresh and not f.is_used),
        granted as (select h.* from holding h, found f where f.is_sent_there and f.is_verified),
        used as (update authorization_code c set used_at = now() from granted where c.code_hash = $1),
        refreshable as (
            insert into refresh_token (token_hash, grant_id, expires_at)
            select $5, grant_id, now() + $6 from granted where 'offline_access' = any(string_to_array(scope, ' '))),
        accessible as (
            insert into access_token (token_hash, grant_id, scope, expires_at)
            select $7, grant_id, scope, now() + $8 from granted)
        select {TokenGrants.Columns}, f.is_used, f.is_sent_there, f.is_verified, f.id_token_claims from found f left join holding g on true
        """;

    /// <inheritdoc/>
    public string Name => "authorization_code";

    /// <inheritdoc/>
    public async Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation)
    {
        if (parameters["code"] is not { } code || parameters["redirect_uri"] is not { } redirectUri)
            return OAuthError.InvalidRequest("code and redirect_uri are needed").Answer();
        var settings = options.Value;
        var (refreshToken, accessToken) = (Secret.New(), Secret.New());
        var found = await database.One(
            UseSql, Read, cancellation, Secret.Hash(code), client.Id, redirectUri, ChallengeOf(parameters["code_verifier"]),
            Secret.Hash(refreshToken), settings.RefreshTokenLifetime, Secret.Hash(accessToken), settings.AccessTokenLifetime);
        if (found is not { Grant: { } granted, IsSentThere: true, IsVerified: true })
            return OAuthError.InvalidGrant(Fault(found)).Answer();

        var grant = operators.Limit(granted);
        return new TokenBody(
            accessToken, "Bearer", (long)settings.AccessTokenLifetime.TotalSeconds, string.Join(' ', grant.Scopes),
            grant.Scopes.Contains(Scopes.OfflineAccess) ? refreshToken : null,
            await tokens.IdToken(grant, accessToken, cancellation, await Asked(grant, found.IdTokenClaims, cancellation)));
    }

    /// <summary>The claims that the client asked for in the id token itself.</summary>
    private async Task<IEnumerable<KeyValuePair<string, string>>> Asked(TokenGrant grant, string[] names, CancellationToken cancellation) =>
        names.Length == 0 ? [] : (await claims.Of(grant, cancellation)).Where(claim => names.Contains(claim.Key));

    private static string Fault(Found? found) => found switch
    {
        null => "The code is not known.",
        { IsUsed: true } => "The code was used before; the tokens it gave are revoked.",
        { Grant: null } => "The code is over.",
        { IsSentThere: false } => "redirect_uri is not the one the code was sent to.",
        _ => "code_verifier does not match the code_challenge.",
    };

    /// <summary>
    /// What a verifier is held against; nothing for one that can be none. A verifier without a challenge does not match
    /// either: the request was tampered with (RFC 9700, section 4.8.2).
    /// </summary>
    private static string? ChallengeOf(string? verifier) => verifier switch
    {
        null => null,
        { Length: >= 43 and <= 128 } => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
        _ => "",
    };

    private static Found Read(NpgsqlDataReader row) => new(
        row.IsDBNull(0) ? null : TokenGrants.Read(row), row.GetBoolean(TokenGrants.ColumnCount),
        row.GetBoolean(TokenGrants.ColumnCount + 1), row.GetBoolean(TokenGrants.ColumnCount + 2),
        row.GetFieldValue<string[]>(TokenGrants.ColumnCount + 3));

    private sealed record Found(TokenGrant? Grant, bool IsUsed, bool IsSentThere, bool IsVerified, string[] IdTokenClaims);
}
