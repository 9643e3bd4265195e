using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>grant_type=authorization_code</c> (RFC 6749, section 4.1.3; RFC 7636, section 4.6).</summary>
public sealed class AuthorizationCodeGrant(
    NpgsqlDataSource database, TokenGrants grants, Tokens tokens, IOptions<ProviderOptions> options, TimeProvider time) : IGrantType
{
    private const string FindSql = $"""
        select {TokenGrants.Columns}, c.redirect_uri, c.code_challenge, c.used_at is not null, c.expires_at > $2 and exists (select from live_grant l where l.grant_id = g.grant_id)
        from authorization_code c join token_grant g using (grant_id)
        where c.code_hash = $1
        """;

    // One statement: of two that present a code at once, one gets tokens. The other finds it used, and revokes.
    private const string UseSql = """
        with used as (
            update authorization_code set used_at = $2 where code_hash = $1 and used_at is null
            returning grant_id),
        refresh as (
            insert into refresh_token (token_hash, grant_id, salt, expires_at)
            select $6::bytea, grant_id, $7, $8 from used where $6::bytea is not null)
        insert into access_token (token_hash, grant_id, scope, expires_at)
        select $3, grant_id, $4, $5 from used
        """;

    /// <inheritdoc/>
    public string Name => "authorization_code";

    /// <inheritdoc/>
    public async Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation)
    {
        if (parameters["code"] is not { } code || parameters["redirect_uri"] is not { } redirectUri)
            return OAuthError.InvalidRequest("code and redirect_uri are needed").Answer();
        var now = time.GetUtcNow();
        var found = await database.One(FindSql, Read, cancellation, Secret.Hash(code), now);
        if (found is null || found.Grant.ClientId != client.Id)
            return Refused("The code is not known.");
        if (found.IsUsed)
            return await UsedAgain(found.Grant, cancellation);
        if (!found.Holds)
            return Refused("The code is over.");
        if (found.RedirectUri != redirectUri)
            return Refused("redirect_uri is not the one the code was sent to.");
        if (!Matches(found.CodeChallenge, parameters["code_verifier"]))
            return Refused("code_verifier does not match the code_challenge.");

        var grant = found.Grant;
        var accessToken = Secret.New();
        var refreshToken = grant.Scopes.Contains(Scopes.OfflineAccess) ? Secret.New() : null;
        var used = await database.Run(
            UseSql, cancellation, Secret.Hash(code), now,
            Secret.Hash(accessToken), string.Join(' ', grant.Scopes), now + options.Value.AccessTokenLifetime,
            RefreshTokens.HashOrNull(refreshToken), RefreshTokens.NewSalt(), now + options.Value.RefreshTokenLifetime);
        if (used == 0)
            return await UsedAgain(grant, cancellation);
        return new TokenBody(
            accessToken, "Bearer", (long)options.Value.AccessTokenLifetime.TotalSeconds, string.Join(' ', grant.Scopes), refreshToken,
            await tokens.IdToken(grant, accessToken, cancellation));
    }

    /// <summary>Somebody else has the code: what its first use gave does not hold either (RFC 6749, section 4.1.2).</summary>
    private async Task<IResult> UsedAgain(TokenGrant grant, CancellationToken cancellation)
    {
        await grants.Revoke(grant.Id, cancellation);
        return Refused("The code was used before; the tokens it gave are revoked.");
    }

    /// <summary>A verifier without a challenge is refused as well: the request was tampered with (RFC 9700, section 4.8.2).</summary>
    private static bool Matches(string? challenge, string? verifier) => (challenge, verifier) switch
    {
        (null, null) => true,
        ({ } expected, { Length: >= 43 and <= 128 } given) => CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(expected),
            Encoding.ASCII.GetBytes(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(given))))),
        _ => false,
    };

    private static IResult Refused(string description) => OAuthError.InvalidGrant(description).Answer();

    private static Found Read(NpgsqlDataReader row) =>
        new(TokenGrants.Read(row), row.GetString(8), row.Text(9), row.GetBoolean(10), row.GetBoolean(11));

    private sealed record Found(TokenGrant Grant, string RedirectUri, string? CodeChallenge, bool IsUsed, bool Holds);
}
