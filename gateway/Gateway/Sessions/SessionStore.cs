using Hutong.Gateway.Provider;
using Hutong.Gateway.Sites;
using Hutong.Gateway.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.Gateway.Sessions;

/// <summary>The sites' sessions. Every request reads its row, so a sign-out holds at once on every instance.</summary>
internal sealed class SessionStore(
    NpgsqlDataSource database, TokenProtection protection, IOptions<SiteSessionOptions> options, TimeProvider time)
{
    /// <summary>Use is written down no more often than this.</summary>
    private static readonly TimeSpan TouchAfter = TimeSpan.FromMinutes(1);

    private const string FindSql = """
        select sid, subject, last_seen_at from session
        where id_hash = $1 and site = $2 and expires_at > $3 and last_seen_at > $4
        """;

    private const string TouchSql = "update session set last_seen_at = $2 where id_hash = $1 and last_seen_at < $2";

    // The provider may have ended its session, and told us, while the code was on its way.
    private const string AddSql = """
        insert into session (id_hash, site, sid, subject, tokens, access_expires_at, last_seen_at, expires_at)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where not exists (select from ended_session where sid = $3)
        """;

    private const string TokensSql = "select tokens from session where id_hash = $1";

    private const string RemoveSql = "delete from session where id_hash = $1";

    /// <summary>The session of a cookie's value at a site; null when there is none, or it is over.</summary>
    public async Task<Session?> Find(string id, Site site, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var hash = Secret.Hash(id);
        var found = await database.One(
            FindSql,
            row => new Seen(new Session(hash, site.Name, row.GetString(0), row.GetString(1)), row.Time(2)),
            cancellation, hash, site.Name, now, now - options.Value.IdleLifetime);
        if (found is not null && now - found.LastSeen > TouchAfter)
            await database.Run(TouchSql, cancellation, hash, now);
        return found?.Session;
    }

    /// <summary>Begins a session under an id that nobody has seen before.</summary>
    /// <returns>The cookie's value; null when the provider's session is over already.</returns>
    public async Task<string?> Begin(Site site, IdToken who, TokenAnswer tokens, CancellationToken cancellation)
    {
        var id = Secret.New();
        var hash = Secret.Hash(id);
        var now = time.GetUtcNow();
        var added = await database.Run(
            AddSql, cancellation, hash, site.Name, who.Sid, who.Subject,
            protection.Protect(hash, new SessionTokens(tokens.AccessToken, tokens.RefreshToken, tokens.IdToken!)),
            now + TimeSpan.FromSeconds(tokens.ExpiresIn), now, now + options.Value.Lifetime);
        return added == 1 ? id : null;
    }

    /// <summary>The session's id token, to tell the provider who signs out; null when the session is gone.</summary>
    public async Task<string?> IdToken(Session session, CancellationToken cancellation)
    {
        var tokens = await database.One(TokensSql, row => row.GetFieldValue<byte[]>(0), cancellation, session.IdHash);
        return tokens is null ? null : protection.Unprotect(session.IdHash, tokens)?.IdToken;
    }

    /// <summary>Ends the session of a cookie's value, if there is one.</summary>
    public Task End(string id, CancellationToken cancellation) => End(Secret.Hash(id), cancellation);

    /// <summary>Ends a session.</summary>
    public Task End(byte[] idHash, CancellationToken cancellation) => database.Run(RemoveSql, cancellation, idHash);

    private sealed record Seen(Session Session, DateTimeOffset LastSeen);
}
