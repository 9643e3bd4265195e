using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Npgsql;

namespace Hutong.IdentityLink.SecurityEvents;

/// <summary>
/// Reads from the log what clients are to be told. What it writes and how far it has read are one transaction, so that each
/// event counts once; one instance does it at a time. That a session is over is no event of the log: see <c>EndingSessions</c>.
/// </summary>
internal sealed class DerivingSecurityEvents(
    NpgsqlDataSource database, IEventStore store, HighWaterMark mark, SchemaReady schema, SecurityEventDeliveries deliveries,
    TimeProvider time, ILogger<DerivingSecurityEvents> log) : LogReader(SecurityEventDeliveries.ReaderName, database, store, mark, schema, log)
{
    private const string AddSql = $"""
        insert into security_event ({SecurityEvent.Columns}, position, next_attempt_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9)
        """;

    // What is delivered already goes with the person; what is not yet, with the delivery of the last of it.
    private const string ForgetSql = "delete from security_event where client_id = $1 and subject = $2 and closed_at is not null";

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
