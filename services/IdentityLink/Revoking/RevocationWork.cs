using System.Globalization;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Registration;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Revoking;

/// <summary>
/// What follows a revocation: the rows of what it ended go, and clients are told. Nothing of it decides what holds, so it
/// can be broken off anywhere and begun again, and several instances may do it at once: a row is ended and counted once.
/// </summary>
public sealed class RevocationWork(
    NpgsqlDataSource database, EndingSessions ending, RegisteredClients clients, BackchannelLogout logout, SecurityEventDeliveries events,
    TimeProvider time)
{
    private const int AtOnce = 1000;

    /// <summary>
    /// How long the views look for what a revocation matches after its rows are gone. What was under way then has come to
    /// its end: the longest is a proof of an account that waits to be confirmed, an hour at the most.
    /// </summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(2);

    private const string Columns = "id, kind, target, link_version, persons, window_from, window_to, accounts";

    private const string OpenSql = $"select {Columns} from revocation where completed_at is null order by id limit 10";

    private const string CompletedSql = "update revocation set completed_at = $2 where id = $1 and completed_at is null";

    private const string OutlivedSql = $"""
        select {Columns} from revocation
        where completed_at <= $1 and id in (select revocation_id from revocation_target)
        limit 10
        """;

    // In a session that goes on, a client whose grant was revoked hears that the session is over for it.
    private const string RevokeSql = $"""
        with revoked as (
            update token_grant set revoked_at = $2 where grant_id = any($1) and revoked_at is null
            returning client_id, sid),
        told as (
            insert into logout_delivery (id, client_id, sid, subject, next_attempt_at, expires_at, revocation_id)
            select gen_random_uuid(), c.client_id, c.sid, c.subject, $2, $3, $5 from session_client c
            where c.client_id = any($4) and (c.client_id, c.sid) in (select client_id, sid from revoked)),
        happened as (
            insert into security_event (id, client_id, subject, kind, sid, occurred_at, position, next_attempt_at, expires_at)
            select gen_random_uuid(), c.client_id, c.subject, 'session_revoked', c.sid, $2, (select last_value from mt_events_sequence), $2, $7
            from session_client c join browser_session s using (sid)
            where c.client_id = any($6) and (c.client_id, c.sid) in (select client_id, sid from revoked) and {EndingSessions.HasConsent})
        update revocation set grants_ended = grants_ended + (select count(*) from revoked) where id = $5
        """;

    private const string ForgetSql = "delete from revocation_target where revocation_id = $1";

    /// <summary>Does what is to be done for the revocations that are not completed.</summary>
    public async Task Complete(CancellationToken cancellation)
    {
        while (await database.Many(OpenSql, Read, cancellation) is { Count: > 0 } open)
        {
            foreach (var (id, scope) in open)
            {
                await End(id, scope, cancellation);
                await database.Run(CompletedSql, cancellation, id, time.GetUtcNow());
            }
        }
    }

    /// <summary>Takes from the views' sight what cannot match anything any more.</summary>
    public async Task Forget(CancellationToken cancellation)
    {
        while (await database.Many(OutlivedSql, Read, cancellation, time.GetUtcNow() - Kept) is { Count: > 0 } outlived)
        {
            foreach (var (id, scope) in outlived)
            {
                // Whatever turned up meanwhile held for nobody; without the row it would.
                await End(id, scope, cancellation);
                await database.Run(ForgetSql, cancellation, id);
            }
        }
    }

    private async Task End(Guid id, RevocationScope scope, CancellationToken cancellation)
    {
        await InBatches(
            $"select s.sid from browser_session s where s.sid > $7 and {scope.OfSessions} order by s.sid limit {Batch}",
            scope, sids => ending.End(sids, id, cancellation), cancellation);
        await InBatches(
            $"""
            select g.grant_id from token_grant g where g.grant_id > $7 and g.revoked_at is null and {scope.OfGrants}
            order by g.grant_id limit {Batch}
            """,
            scope, grants => Revoke(grants, id, cancellation), cancellation);
    }

    private static string Batch => AtOnce.ToString(CultureInfo.InvariantCulture);

    private async Task InBatches(string sql, RevocationScope scope, Func<List<Guid>, Task> end, CancellationToken cancellation)
    {
        List<Guid> batch;
        var after = Guid.Empty;
        do
        {
            batch = await database.Many(sql, row => row.GetGuid(0), cancellation, [.. scope.Arguments, after]);
            if (batch.Count == 0)
                return;
            await end(batch);
            after = batch[^1];
        }
        while (batch.Count == AtOnce);
    }

    private async Task Revoke(List<Guid> grants, Guid revocation, CancellationToken cancellation)
    {
        await clients.Refresh(cancellation);
        var now = time.GetUtcNow();
        await database.Run(
            RevokeSql, cancellation, grants, now, now + BackchannelLogout.GiveUpAfter, logout.ClientIds, revocation, events.ClientIds,
            now + events.GiveUpAfter);
    }

    private static (Guid Id, RevocationScope Scope) Read(NpgsqlDataReader row) => (
        row.GetGuid(0),
        new(
            Enum.Parse<RevocationKind>(row.GetString(1)), row.GetString(2), row.GetInt64(3), row.GetFieldValue<Guid[]>(4), row.Time(5),
            row.Time(6)) { Accounts = row.GetFieldValue<string[]>(7) });
}
