using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Sessions;

/// <summary>A browser in which somebody is signed in.</summary>
/// <param name="Sid">The session's name in tokens; not a secret, and the same while the session lasts.</param>
/// <param name="PersonId">Who is signed in.</param>
/// <param name="Account">The account they signed in with: its stream id.</param>
/// <param name="AuthenticatedAt">When they last proved who they are, by the database's clock, UTC.</param>
/// <param name="SeenAt">When it was looked at, by the same clock: two instances' clocks are never compared.</param>
public sealed record BrowserSession(
    Guid Sid, Guid PersonId, string Account, DateTimeOffset AuthenticatedAt, DateTimeOffset SeenAt)
{
    /// <summary>The sign-in as a proof.</summary>
    public AccountProof SignIn => new(Account, AuthenticatedAt);
}

/// <summary>The signed-in browsers.</summary>
public sealed class BrowserSessions(NpgsqlDataSource database, IOptions<SessionLimits> options)
{
    private const string FindSql =
        "select sid, person_id, account, authenticated_at, now(), last_used_at < now() - $2 from live_session where id_hash = $1";

    private const string TouchSql = """
        update browser_session set last_used_at = now(), expires_at = least(now() + $2, authenticated_at + $3)
        where id_hash = $1 and last_used_at < now() - $4 and expires_at > now()
        """;

    // The same person keeps their session and its sid under the new id. A link that was cut meanwhile begins none. The
    // time is the database's: what an operator revokes is a window of time, and a session that begins after it has ended
    // must lie after it, also at an instance whose clock is behind.
    private const string SignInSql = """
        with link as (select link_version from linked_account where account = $5 and person_id = $4),
        kept as (
            update browser_session s
            set id_hash = $2, account = $5, link_version = link.link_version, authenticated_at = coalesce($6::timestamptz, now()),
                expires_at = least(now() + $7, coalesce($6::timestamptz, now()) + $10), last_used_at = now(), browser = $8, system = $9
            from link
            where s.id_hash = $1 and s.person_id = $4 and exists (select from live_session l where l.sid = s.sid)
            returning sid)
        insert into browser_session (id_hash, sid, person_id, account, link_version, authenticated_at, expires_at, browser, system)
        select $2, $3, $4, $5, link_version, coalesce($6::timestamptz, now()), least(now() + $7, coalesce($6::timestamptz, now()) + $10), $8, $9
        from link where not exists (select from kept)
        """;

    private const string RotateSql = "update browser_session set id_hash = $2 where id_hash = $1";

    private readonly SessionLimits limits = options.Value;

    /// <summary>How long a browser keeps what it is known by: as long as a session can last.</summary>
    public TimeSpan LongestLifetime => limits.AbsoluteLimit;

    /// <summary>The session of a browser, if somebody is signed in there. That it was asked for is use of it.</summary>
    public async Task<BrowserSession?> Find(byte[] idHash, CancellationToken cancellation)
    {
        var isDue = false;
        var session = await database.One(
            FindSql,
            row =>
            {
                isDue = row.GetBoolean(5);
                return new BrowserSession(row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.Time(3), row.Time(4));
            },
            cancellation, idHash, limits.TouchAfter);
        if (isDue)
            await database.Run(TouchSql, cancellation, idHash, limits.IdleLimit, limits.AbsoluteLimit, limits.TouchAfter);
        return session;
    }

    /// <summary>Signs a person in: from <paramref name="oldHash"/> on, the browser is known by <paramref name="newHash"/>.</summary>
    /// <param name="oldHash">What the browser was known by.</param>
    /// <param name="newHash">What it is known by.</param>
    /// <param name="personId">Who.</param>
    /// <param name="account">The account they signed in with.</param>
    /// <param name="device">In what.</param>
    /// <param name="authenticatedAt">When they proved who they are, UTC; null for now.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    public Task SignIn(
        byte[] oldHash, byte[] newHash, Guid personId, string account, Device device, DateTimeOffset? authenticatedAt,
        CancellationToken cancellation) => database.Run(
            SignInSql, cancellation, oldHash, newHash, Guid.CreateVersion7(), personId, account, authenticatedAt,
            limits.IdleLimit, device.Browser, device.System, limits.AbsoluteLimit);

    /// <summary>Gives a session a new id.</summary>
    public Task Rotate(byte[] oldHash, byte[] newHash, CancellationToken cancellation) =>
        database.Run(RotateSql, cancellation, oldHash, newHash);
}
