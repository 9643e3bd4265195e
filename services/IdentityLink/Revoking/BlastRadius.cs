using System.Globalization;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Revoking;

/// <summary>What was reached and would end: looking changes nothing.</summary>
/// <param name="From">The window's begin, UTC.</param>
/// <param name="To">Its end, not in it any more: to revoke just this, name it in the command, UTC.</param>
/// <param name="Sessions">Signed-in browsers.</param>
/// <param name="Grants">What clients were granted and still holds, and so their tokens.</param>
/// <param name="Partners">Clients that were granted something in the window, also if it is over by now: they may have what they read.</param>
public sealed record Radius(
    DateTimeOffset From, DateTimeOffset To, RadiusPart<ReachedSession> Sessions, RadiusPart<ReachedGrant> Grants,
    IReadOnlyList<ReachedPartner> Partners);

/// <summary>A part of it.</summary>
/// <param name="Count">How many there are in all.</param>
/// <param name="Items">Some of them, the lowest id first. None where it is no one person's: whom they name would not read that somebody looked.</param>
/// <param name="Next">Behind which id the next are; null where these are the last.</param>
public sealed record RadiusPart<T>(long Count, IReadOnlyList<T> Items, Guid? Next);

/// <summary>A signed-in browser.</summary>
/// <param name="Sid">Names it.</param>
/// <param name="PersonId">Who is signed in.</param>
/// <param name="Account">With which account.</param>
/// <param name="LinkVersion">By which of its links.</param>
/// <param name="BegunAt">UTC.</param>
/// <param name="AuthenticatedAt">When they last proved who they are, UTC.</param>
/// <param name="Clients">The clients signed in to from there.</param>
public sealed record ReachedSession(
    Guid Sid, Guid PersonId, string Account, long LinkVersion, DateTimeOffset BegunAt, DateTimeOffset AuthenticatedAt,
    IReadOnlyList<string> Clients);

/// <summary>A grant.</summary>
/// <param name="GrantId">Names it.</param>
/// <param name="ClientId">Who got it.</param>
/// <param name="PersonId">Who gave it.</param>
/// <param name="Sid">In which session.</param>
/// <param name="Account">By which account.</param>
/// <param name="LinkVersion">By which of its links.</param>
/// <param name="Offline">Whether it outlives the session.</param>
/// <param name="GrantedAt">UTC.</param>
public sealed record ReachedGrant(
    Guid GrantId, string ClientId, Guid PersonId, Guid Sid, string Account, long LinkVersion, bool Offline, DateTimeOffset GrantedAt);

/// <summary>A client.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Name">What people read; null where it is no longer registered.</param>
/// <param name="Grants">How many grants it got.</param>
/// <param name="Holding">How many of them still hold.</param>
public sealed record ReachedPartner(string ClientId, string? Name, long Grants, long Holding);

/// <summary>Looks at what was reached through something within a window.</summary>
public sealed class BlastRadius(NpgsqlDataSource database, Clients clients, TimeProvider time)
{
    private const int AtMost = 100;

    /// <summary>What was reached.</summary>
    /// <param name="scope">Through what, and when.</param>
    /// <param name="afterSession">Behind which session to begin; null for the first.</param>
    /// <param name="afterGrant">Behind which grant to begin; null for the first.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async Task<Radius> Of(RevocationScope scope, Guid? afterSession, Guid? afterGrant, CancellationToken cancellation)
    {
        var sessions = $"from live_session s where s.expires_at > $7 and {scope.OfSessions}";
        // With a session end the grants that do not outlive it, whenever they were made.
        var grants = $"""
            from token_grant g
            where g.expires_at > $7 and exists (select from live_grant l where l.grant_id = g.grant_id)
              and (({scope.OfGrants})
                   or (not g.offline and exists (select from live_session s where s.sid = g.sid and {scope.OfSessions})))
            """;
        return new(
            scope.From, scope.To,
            await Part(
                "s.sid", "s.person_id, s.account, s.link_version, s.begun_at, s.authenticated_at, "
                    + "array(select c.client_id from session_client c where c.sid = s.sid order by c.client_id)",
                sessions, scope, afterSession,
                row => new ReachedSession(
                    row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3), row.Time(4), row.Time(5), row.GetFieldValue<string[]>(6)),
                session => session.Sid, cancellation),
            await Part(
                "g.grant_id", "g.client_id, g.person_id, g.sid, g.account, g.link_version, g.offline, g.granted_at",
                grants, scope, afterGrant,
                row => new ReachedGrant(
                    row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.GetGuid(3), row.GetString(4), row.GetInt64(5), row.GetBoolean(6),
                    row.Time(7)),
                grant => grant.GrantId, cancellation),
            await Partners(scope, cancellation));
    }

    private async Task<RadiusPart<T>> Part<T>(
        string id, string columns, string from, RevocationScope scope, Guid? after, Func<NpgsqlDataReader, T> read, Func<T, Guid> idOf,
        CancellationToken cancellation) where T : class
    {
        object[] arguments = [.. scope.Arguments, time.GetUtcNow()];
        var count = (await database.Many($"select count(*) {from}", row => row.GetInt64(0), cancellation, arguments))[0];
        if (scope.Owner is null)
            return new(count, [], Next: null);
        var items = await database.Many(
            $"select {id}, {columns} {from} and {id} > $8 order by {id} limit {AtMost.ToString(CultureInfo.InvariantCulture)}",
            read, cancellation, [.. arguments, after ?? Guid.Empty]);
        return new(count, items, items.Count == AtMost ? idOf(items[^1]) : null);
    }

    private Task<List<ReachedPartner>> Partners(RevocationScope scope, CancellationToken cancellation) => database.Many(
        $"""
        select g.client_id, count(*), count(*) filter (where exists (select from live_grant l where l.grant_id = g.grant_id))
        from token_grant g where {scope.OfGrants}
        group by g.client_id order by g.client_id
        """,
        row => new ReachedPartner(row.GetString(0), clients.Find(row.GetString(0))?.Name, row.GetInt64(1), row.GetInt64(2)),
        cancellation, scope.Arguments);
}
