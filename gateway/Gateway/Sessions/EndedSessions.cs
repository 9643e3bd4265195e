using Hutong.Gateway.Provider;
using Hutong.Gateway.Sites;
using Hutong.Gateway.Storage;
using Npgsql;

namespace Hutong.Gateway.Sessions;

/// <summary>The provider's sessions that ended lately, as its logout tokens told.</summary>
internal sealed class EndedSessions(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Longer than any code, id token or internal token given in the name of an ended session.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>Instances' clocks may differ by this much.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    // One statement: the token counts as taken only together with its effect. A second delivery changes nothing.
    private const string EndSql = """
        with taken as (
            insert into logout_token (site, jti, expires_at) values ($1, $2, $3)
            on conflict do nothing
            returning 1),
        ended as (
            insert into ended_session (sid, ended_at) select $4, $6 from taken where $4 <> ''
            on conflict (sid) do update set ended_at = excluded.ended_at),
        removed as (
            delete from session s using taken
            where s.site = $1 and (s.sid = $4 or ($4 = '' and s.subject = $5)))
        select 1 from taken
        """;

    private const string EndedSinceSql = "select 1 from ended_session where sid = $1 and ended_at >= $2";

    /// <summary>Ends a site's sessions that a logout token names.</summary>
    /// <returns>False when the token was taken before.</returns>
    public async Task<bool> End(Site site, LogoutToken token, CancellationToken cancellation) =>
        await database.One(
            EndSql, _ => "", cancellation,
            site.Name, token.Id, token.ExpiresAt, token.Sid ?? "", token.Subject ?? "", time.GetUtcNow()) is not null;

    /// <summary>Whether a session of the provider ended at or after a moment: what was obtained then must be asked for again.</summary>
    public async Task<bool> EndedSince(string sid, DateTimeOffset moment, CancellationToken cancellation) =>
        await database.One(EndedSinceSql, _ => "", cancellation, sid, moment - ClockSkew) is not null;
}
