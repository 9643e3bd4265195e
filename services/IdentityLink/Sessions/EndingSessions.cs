using Hutong.IdentityLink.Deliveries;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Registration;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Sessions;

/// <summary>Ends browser sessions: what hangs on them stops to hold, and the clients they signed in to are told.</summary>
public sealed partial class EndingSessions(
    NpgsqlDataSource database, RegisteredClients clients, BackchannelLogout logout, SecurityEventDeliveries events, TimeProvider time,
    ILogger<EndingSessions> log)
{
    /// <summary>
    /// Whether the person has not taken back since what a client <c>c</c> of a session <c>s</c> has of them. Until the log
    /// was read so far, see <c>DerivingSecurityEvents</c>, the row is still there.
    /// </summary>
    internal const string HasConsent = """
        not exists (
            select from consent_withdrawal w
            where w.person_id = s.person_id and w.client_id = c.client_id and w.withdrawn_at >= c.granted_at)
        """;

    /// <summary>How long signing out waits for clients, so that whoever signed out of one site finds themselves signed out of the others.</summary>
    private static readonly TimeSpan WaitForClients = TimeSpan.FromSeconds(2);

    /// <summary>Sessions of one person that are ended side by side: each takes a connection and calls clients.</summary>
    private const int AtOnce = 4;

    // Waits for a grant that is being made in this session, so that the next statement sees it.
    private const string LockSql = "select from browser_session where sid = any($1) order by sid for update";

    private const string BrokenSql = """
        select sid::text from browser_session s
        where s.person_id = any($1) and not exists (select from live_session l where l.sid = s.sid)
        """;

    // What happened has its place behind all that is in the log by now; of somebody who was erased nothing is told after that.
    // A revocation counts what it ended, and may ask whether all are told.
    private const string EndSql = $"""
        with told as (
            insert into logout_delivery (id, client_id, sid, subject, attempts, next_attempt_at, expires_at, revocation_id)
            select gen_random_uuid(), client_id, sid, subject, $7::boolean::int, $3, $4, $6::uuid from session_client
            where sid = any($1) and client_id = any($5)
            returning id, client_id, sid, subject),
        happened as (
            insert into security_event (id, client_id, subject, kind, sid, occurred_at, position, next_attempt_at, expires_at)
            select gen_random_uuid(), c.client_id, c.subject, 'session_revoked', c.sid, $2, (select last_value from mt_events_sequence), $2, $9
            from session_client c join browser_session s using (sid)
            where c.sid = any($1) and c.client_id = any($8) and exists (select from person_key k where k.person_id = s.person_id)
              and {HasConsent}),
        revoked as (
            update token_grant set revoked_at = $2 where sid = any($1) and not offline and revoked_at is null
            returning grant_id),
        ended as (delete from browser_session where sid = any($1) returning sid),
        counted as (
            update revocation set
                sessions_ended = sessions_ended + (select count(*) from ended),
                grants_ended = grants_ended + (select count(*) from revoked)
            where id = $6::uuid)
        select id, client_id, sid, subject from told where $7
        """;

    /// <summary>
    /// Ends the sessions of persons whose link is gone. They hold no more in any case, see the view
    /// <c>live_session</c>; this tells the clients, now instead of with the next round of <c>ExpiredRows</c>.
    /// </summary>
    public async Task EndBroken(IReadOnlyList<Guid> persons, CancellationToken cancellation)
    {
        try
        {
            var broken = await database.Many(BrokenSql, row => row.GetString(0), cancellation, persons.ToArray());
            await Parallel.ForEachAsync(
                broken, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (sid, cancellation) => await End(Guid.Parse(sid), cancellation));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            NotEndedYet(e);
        }
    }

    /// <summary>Ends a session; one that is over already stays over.</summary>
    public async Task End(Guid sid, CancellationToken cancellation)
    {
        var deliveries = await End([sid], revocation: null, tellHere: true, cancellation);
        // Not cancelled with the request: the rows are written, and whatever stays undelivered is tried again.
        var sent = Task.WhenAll(deliveries.Select(delivery => logout.Deliver(delivery, CancellationToken.None)));
        await Task.WhenAny(sent, Task.Delay(WaitForClients, time, cancellation));
    }

    /// <summary>Ends sessions that may be many: their clients are told by <see cref="DeliveryWorker"/>, within moments.</summary>
    /// <param name="sids">The sessions.</param>
    /// <param name="revocation">The revocation that they end by, which counts them; null for none.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    public Task End(IReadOnlyList<Guid> sids, Guid? revocation, CancellationToken cancellation) =>
        End(sids, revocation, tellHere: false, cancellation);

    private async Task<List<LogoutDelivery>> End(
        IReadOnlyList<Guid> sids, Guid? revocation, bool tellHere, CancellationToken cancellation)
    {
        // Another instance may just have got to know a client, and let somebody in to it.
        await clients.Refresh(cancellation);
        var now = time.GetUtcNow();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Command(LockSql, sids.ToArray()));
        batch.BatchCommands.Add(Command(
            EndSql, sids.ToArray(), now, tellHere ? now + BackchannelLogout.FirstRetryAfter : now, now + BackchannelLogout.GiveUpAfter,
            logout.ClientIds, revocation, tellHere, events.ClientIds, now + events.GiveUpAfter));
        var deliveries = new List<LogoutDelivery>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            deliveries.Add(LogoutDelivery.Read(reader));
        return deliveries;
    }

    private static NpgsqlBatchCommand Command(string sql, params IEnumerable<object?> arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument ?? DBNull.Value });
        return command;
    }

    [LoggerMessage(LogLevel.Warning, "Sessions whose link is gone hold no more; their clients are told with the next round")]
    private partial void NotEndedYet(Exception exception);
}
