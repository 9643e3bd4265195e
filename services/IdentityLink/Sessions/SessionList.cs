using System.Globalization;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Sessions;

/// <summary>A signed-in browser as its person sees it.</summary>
/// <param name="Session">Names it: the <c>sid</c> of tokens.</param>
/// <param name="Platform">The platform of the account it hangs on.</param>
/// <param name="DisplayName">What that platform calls the account; null where it has no name.</param>
/// <param name="Device">In what.</param>
/// <param name="BegunAt">UTC.</param>
/// <param name="AuthenticatedAt">When they last proved there who they are, UTC.</param>
/// <param name="LastUsedAt">When it was last used, give or take some minutes, UTC.</param>
/// <param name="EndsAt">When it ends if it is not used any more, UTC.</param>
/// <param name="Apps">The names of the sites and partner apps signed in to from there.</param>
public sealed record SessionSeen(
    Guid Session, string Platform, string? DisplayName, Device Device, DateTimeOffset BegunAt, DateTimeOffset AuthenticatedAt,
    DateTimeOffset LastUsedAt, DateTimeOffset EndsAt, IReadOnlyList<string> Apps);

/// <summary>Some of a person's sessions, the latest proved first.</summary>
/// <param name="Sessions">The sessions.</param>
/// <param name="Next">What to send as <c>after</c> for the next; null where these are the last.</param>
public sealed record SessionPage(IReadOnlyList<SessionSeen> Sessions, string? Next);

/// <summary>A person's sessions.</summary>
public sealed class SessionList(NpgsqlDataSource database, Clients clients)
{
    private const int AtMost = 20;

    private const string PageSql = """
        select s.sid, l.platform, l.display_name, s.browser, s.system, s.begun_at, s.authenticated_at,
               array(select c.client_id from session_client c where c.sid = s.sid order by c.client_id), s.last_used_at, s.expires_at
        from live_session s join linked_account l using (account)
        where s.person_id = $1 and (s.authenticated_at, s.sid) < ($2, $3)
        order by s.authenticated_at desc, s.sid desc limit $4
        """;

    private const string MineSql = "select sid from live_session where person_id = $1 and sid = $2";

    private const string OthersSql = "select sid from browser_session where person_id = $1 and sid <> $2";

    /// <summary>Some of them.</summary>
    /// <param name="personId">Whose.</param>
    /// <param name="after">The <see cref="SessionPage.Next"/> of the page before; anything else is the first page.</param>
    /// <param name="cancellation">Ends the read.</param>
    public async Task<SessionPage> Of(Guid personId, string? after, CancellationToken cancellation)
    {
        var place = Parse(after);
        var found = await database.Many(
            PageSql, Read, cancellation, personId, place.AuthenticatedAt, place.Sid, AtMost + 1);
        return found.Count <= AtMost
            ? new(found, null)
            : new([.. found.Take(AtMost)], CursorBehind(found[AtMost - 1]));
    }

    /// <summary>Whether a session is a person's and goes on.</summary>
    public async Task<bool> IsOf(Guid personId, Guid sid, CancellationToken cancellation) =>
        await database.Many(MineSql, row => row.GetGuid(0), cancellation, personId, sid) is [_];

    /// <summary>All of a person's sessions but one.</summary>
    public Task<List<Guid>> Others(Guid personId, Guid sid, CancellationToken cancellation) =>
        database.Many(OthersSql, row => row.GetGuid(0), cancellation, personId, sid);

    private SessionSeen Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.Text(2), new(row.Text(3), row.Text(4)), row.Time(5), row.Time(6), row.Time(8), row.Time(9),
        [.. row.GetFieldValue<string[]>(7).Select(clients.NameOf)]);

    private static string CursorBehind(SessionSeen session) => $"{session.AuthenticatedAt.UtcTicks}.{session.Session:N}";

    private static (DateTimeOffset AuthenticatedAt, Guid Sid) Parse(string? cursor) =>
        cursor?.Split('.') is [var text, var id]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
        && Guid.TryParseExact(id, "N", out var sid)
            ? (new(ticks, TimeSpan.Zero), sid)
            : (DateTimeOffset.MaxValue, Guid.Empty);
}
