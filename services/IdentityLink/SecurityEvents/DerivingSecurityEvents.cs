using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Registration;
using Npgsql;

namespace Hutong.IdentityLink.SecurityEvents;

/// <summary>
/// Reads from the log what clients are to be told. What it writes and how far it has read are one transaction, so that each
/// event counts once; one instance does it at a time. That a session is over is no event of the log: see <c>EndingSessions</c>.
/// </summary>
internal sealed class DerivingSecurityEvents(
    NpgsqlDataSource database, IEventStore store, HighWaterMark mark, SchemaReady schema, RegisteredClients registered,
    SecurityEventDeliveries deliveries, BackchannelLogout logout, TimeProvider time, ILogger<DerivingSecurityEvents> log)
    : LogReader(SecurityEventDeliveries.ReaderName, database, store, mark, schema, log)
{
    private const string AddSql = $"""
        insert into security_event ({SecurityEvent.Columns}, position, next_attempt_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9)
        """;

    // What is delivered already goes with the person; what is not yet, with the delivery of the last of it.
    private const string ForgetSql = "delete from security_event where client_id = $1 and subject = $2 and closed_at is not null";

    // A client whose consent was taken back hears of it as of a sign-out, and of the session no more. What it was let have
    // anew since stays.
    private const string LeaveSql = """
        with left_it as (
            delete from session_client c using browser_session s, consent_withdrawal w
            where s.person_id = $1 and c.client_id = $2 and c.sid = s.sid
              and w.person_id = s.person_id and w.client_id = c.client_id and w.withdrawn_at >= c.granted_at
            returning c.sid, c.client_id, c.subject)
        insert into logout_delivery (id, client_id, sid, subject, next_attempt_at, expires_at)
        select gen_random_uuid(), client_id, sid, subject, $3, $4 from left_it where client_id = any($5)
        """;

    private readonly NpgsqlDataSource database = database;
    private readonly IEventStore store = store;

    protected override int BatchSize => 100;

    protected override IReadOnlyCollection<string> Types { get; } =
    [
        .. ((Type[])
        [
            typeof(AccountLinked), typeof(AccountUnlinked), typeof(PersonAbsorbed), typeof(PersonReleased), typeof(ConsentWithdrawn),
            typeof(PersonErased), typeof(SubjectSucceeded), typeof(SubjectReinstated),
        ]).SelectMany(type => StoredEvents.Types.NamesOf(type)),
    ];

    protected override async Task Process(
        IReadOnlyList<StoredEvent> batch, Func<NpgsqlConnection, Task> advance, CancellationToken cancellation)
    {
        // An instance that has just started, or is slower than another, may not know yet whom an event is for; it is read once.
        await registered.Refresh(cancellation);
        var clients = deliveries.Clients;
        var told = new List<(SecurityEvent Event, long Position)>();
        if (clients.Count > 0)
        {
            // What is past its time is nothing to wake anybody up for: a log from before there were such events, for one.
            foreach (var e in batch.Where(e => e.Timestamp > time.GetUtcNow() - deliveries.GiveUpAfter))
            {
                var stream = await store.ReadStream(e.StreamId, new ReadUntil(ToVersion: e.Version), cancellation);
                told.AddRange(TellingClients.Of(stream.Events, clients).Select(happened => (happened, e.Position)));
            }
        }
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await advance(connection);
        foreach (var e in batch)
        {
            if (e.Data is ConsentWithdrawn withdrawn)
            {
                var now = time.GetUtcNow();
                await Run(
                    connection, LeaveSql, cancellation, Person.IdOf(e.StreamId), withdrawn.ClientId, now,
                    now + BackchannelLogout.GiveUpAfter, logout.ClientIds);
            }
        }
        foreach (var (happened, position) in told)
        {
            if (happened.Kind == SecurityEventKinds.AccountErased)
                await Run(connection, ForgetSql, cancellation, happened.ClientId, happened.Subject);
            await Run(
                connection, AddSql, cancellation, happened.Id, happened.ClientId, happened.Subject, happened.Kind,
                (object?)happened.Other ?? DBNull.Value, (object?)happened.Sid ?? DBNull.Value, happened.OccurredAt, position,
                happened.OccurredAt + deliveries.GiveUpAfter);
        }
        await transaction.CommitAsync(cancellation);
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
