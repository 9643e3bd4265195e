using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>What one authorization gave a client: its code and its tokens hold only while it is not revoked.</summary>
/// <param name="Id">Names the family of tokens.</param>
/// <param name="ClientId">Who got it.</param>
/// <param name="PersonId">Who gave it.</param>
/// <param name="Sid">The browser session in which.</param>
/// <param name="Subject">The person as the client knows them.</param>
/// <param name="Scopes">What was granted.</param>
/// <param name="Nonce">For the id token of the code.</param>
/// <param name="AuthTime">When the person had signed in, UTC.</param>
/// <param name="Account">With what: the account's stream id.</param>
public sealed record TokenGrant(
    Guid Id, string ClientId, Guid PersonId, Guid Sid, string Subject, IReadOnlyList<string> Scopes, string? Nonce, DateTimeOffset AuthTime,
    string Account);

/// <summary>The grants.</summary>
public sealed class TokenGrants(NpgsqlDataSource database, IOptions<ProviderOptions> options, TimeProvider time)
{
    internal const string Columns = "g.grant_id, g.client_id, g.person_id, g.sid, g.subject, g.scope, g.nonce, g.auth_time, g.account";

    internal const int ColumnCount = 9;

    // One statement with what it leads to: a session that ended meanwhile gives no grant, and whoever got one is told when
    // it ends.
    private const string SessionSql = """
        with session as (select sid, account, link_version from live_session where sid = $4 and person_id = $3),
        told as (
            insert into session_client (sid, client_id, subject, granted_at) select sid, $2, $5, $11 from session
            on conflict (sid, client_id) do update set subject = excluded.subject, granted_at = excluded.granted_at)
        """;

    private const string GrantSql = """
        insert into token_grant (
            grant_id, client_id, person_id, sid, account, link_version, subject, scope, nonce, auth_time, offline, created_at, expires_at)
        select $1, $2, $3, sid, account, link_version, $5, $6, $7, $8, $9, $11, $10 from session
        """;

    private const string AddSql = $"""
        {SessionSql},
        granted as ({GrantSql} returning grant_id)
        insert into authorization_code (code_hash, grant_id, redirect_uri, code_challenge, expires_at, id_token_claims)
        select $12, grant_id, $13, $14, now() + $15, $16 from granted
        """;

    // Of two who let one device in at once, one does. It has a while to fetch its tokens, however late that was.
    private const string AddForDeviceSql = $"""
        {SessionSql},
        device as (
            select id from device_authorization
            where id = $12 and grant_id is null and denied_at is null and redeemed_at is null and expires_at > now()
            for update),
        granted as ({GrantSql}, device returning grant_id)
        update device_authorization d set grant_id = g.grant_id, expires_at = greatest(expires_at, now() + interval '1 minute')
        from granted g where d.id = $12
        """;

    /// <summary>
    /// Keeps a grant with its code. It is as old as the look at the consent that it rests on: a withdrawal that came in
    /// between ends it, too.
    /// </summary>
    /// <returns>Whether the session still lasts; if not, nothing was granted.</returns>
    public async Task<bool> Add(
        TokenGrant grant, bool offline, string code, AuthorizeRequest request, DateTimeOffset consentSeenAt,
        CancellationToken cancellation) => await database.Run(
            AddSql, cancellation,
            [.. Arguments(grant, offline, consentSeenAt),
                Secret.Hash(code), request.RedirectUri, request.CodeChallenge, options.Value.CodeLifetime,
                request.IdTokenClaims.ToArray()]) > 0;

    /// <summary>Keeps a grant for a device that waits, as old as the look at the consent.</summary>
    /// <returns>Whether the session still lasts and the device still waits; if not, nothing was granted.</returns>
    public async Task<bool> AddForDevice(
        TokenGrant grant, bool offline, Guid device, DateTimeOffset consentSeenAt, CancellationToken cancellation) =>
        await database.Run(AddForDeviceSql, cancellation, [.. Arguments(grant, offline, consentSeenAt), device]) > 0;

    private object?[] Arguments(TokenGrant grant, bool offline, DateTimeOffset consentSeenAt) =>
    [
        grant.Id, grant.ClientId, grant.PersonId, grant.Sid, grant.Subject, string.Join(' ', grant.Scopes), grant.Nonce,
        grant.AuthTime, offline, time.GetUtcNow() + options.Value.RefreshTokenLifetime, consentSeenAt,
    ];

    internal static TokenGrant Read(NpgsqlDataReader row, int first = 0) => new(
        row.GetGuid(first),
        row.GetString(first + 1),
        row.GetGuid(first + 2),
        row.GetGuid(first + 3),
        row.GetString(first + 4),
        Scopes.Split(row.GetString(first + 5)),
        row.Text(first + 6),
        row.Time(first + 7),
        row.GetString(first + 8));
}
