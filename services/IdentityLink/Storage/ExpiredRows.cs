using Hutong.EventStore;
using Hutong.IdentityLink.Deliveries;
using Hutong.IdentityLink.Sessions;
using Npgsql;

namespace Hutong.IdentityLink.Storage;

/// <summary>Deletes rows that are over. They do not hold any more in any case; this keeps the tables small.</summary>
internal sealed partial class ExpiredRows(
    NpgsqlDataSource database, EndingSessions ending, DeliveryLog deliveries, SchemaReady schema, TimeProvider time, ILogger<ExpiredRows> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // A used code and a rotated refresh token stay as long as their grant, so that their reuse is noticed.
    private static readonly string[] Statements =
    [
        "delete from callback_state where expires_at <= $1",
        "delete from link_proof where expires_at <= $1",
        "delete from recovery_attempt where expires_at <= $1",
        "delete from passkey_ceremony where expires_at <= $1",
        "delete from authorize_request where expires_at <= $1",
        "delete from token_grant where expires_at <= $1",
        "delete from revocation r where completed_at <= $1 - interval '30 days' "
            + "and not exists (select from revocation_target t where t.revocation_id = r.id)",
    ];

    // The same for tables whose times are the database's: an instance whose clock is ahead deletes nothing that holds.
    private static readonly string[] ByTheDatabasesClock =
    [
        // A device that asks too late is told so for a while.
        "delete from device_authorization where expires_at <= now() - interval '10 minutes'",
        "delete from user_code_guess where expires_at <= now()",
        "delete from pushed_request where expires_at <= now()",
        "delete from client_assertion where expires_at <= now()",
        "delete from access_token where expires_at <= now()",
        // A code that nobody redeemed gave nothing.
        "delete from token_grant g using authorization_code c where c.grant_id = g.grant_id and c.used_at is null "
            + "and c.expires_at <= now() - interval '10 minutes'",
        "delete from refresh_token where expires_at <= now()",
        "delete from client_token where expires_at <= now()",
    ];

    // Whoever has no key any more was erased, and what lay beside their stream with them; but for rows that were written
    // in that very moment, such as a grant. They hold no more in any case.
    private static readonly string[] OfTheErased =
    [
        "delete from notice n where not exists (select from person_key k where k.person_id = n.person_id)",
        "delete from consent_withdrawal w where not exists (select from person_key k where k.person_id = w.person_id)",
        "delete from token_grant g where not exists (select from person_key k where k.person_id = g.person_id) "
            + "and not exists (select from linked_account l where l.account = g.account and l.link_version = g.link_version)",
    ];

    // What an unfinished revocation ends is left to that revocation, which counts it.
    private const string SessionsSql = """
        select sid from browser_session s
        where s.expires_at <= now() or (
            not exists (select from live_session l where l.sid = s.sid)
            and not exists (select from revocation where completed_at is null))
        limit 1000
        """;

    /// <summary>Deletes what is over by now. A session that is over, or whose link is gone, ends like one signed out of: its clients are told.</summary>
    public async Task Delete(CancellationToken cancellation)
    {
        while (await database.Many(SessionsSql, row => row.GetGuid(0), cancellation) is { Count: > 0 } over)
            await ending.End(over, revocation: null, cancellation);
        foreach (var statement in Statements)
            await database.Run(statement, cancellation, time.GetUtcNow());
        await deliveries.Forget(time.GetUtcNow(), cancellation);
        foreach (var statement in ByTheDatabasesClock.Concat(OfTheErased))
            await database.Run(statement, cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Delete(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Failed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Rows that are over could not be deleted; trying again in a minute")]
    private partial void Failed(Exception exception);
}
