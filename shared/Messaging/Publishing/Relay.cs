using System.Diagnostics;
using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.Messaging.Broker;
using MassTransit;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.Messaging.Publishing;

/// <summary>
/// The log is the outbox: reads committed events in order, publishes those that matter, waits for the broker's
/// confirms, then moves its checkpoint. A crash in between publishes a batch again with the same message ids,
/// versions and previous versions, which consumers recognise.
/// </summary>
public sealed class Relay(
    PublishedEvents published, EventTypes types, IBus bus, TopologyDeployment topology, NpgsqlDataSource database,
    IEventStore store, HighWaterMark mark, SchemaReady schema, ILogger<Relay> log)
    : LogReader("Relay", database, store, mark, schema, log)
{
    private const string CursorsSql = "select order_key, version from relay_cursor where order_key = any($1)";

    private const string MoveCursorsSql = """
        insert into relay_cursor as c (order_key, version) select * from unnest($1, $2)
        on conflict (order_key) do update set version = excluded.version where excluded.version > c.version
        """;

    private readonly NpgsqlDataSource database = database;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Types { get; } = [.. published.EventTypes.SelectMany(types.NamesOf)];

    /// <inheritdoc/>
    protected override Task Prepare(CancellationToken cancellation) => topology.Wait(cancellation);

    /// <inheritdoc/>
    protected override async Task Process(
        IReadOnlyList<StoredEvent> batch, Func<NpgsqlConnection, Task> advance, CancellationToken cancellation)
    {
        var outgoing = await Address(batch, cancellation);
        try
        {
            // Per key in order, each confirmed before the next; keys side by side. While the broker is down a publish
            // waits without end: the cancellation, which comes before the lease runs out, ends it.
            await Task.WhenAll(outgoing.GroupBy(o => o.Delivery.OrderKey).Select(key => PublishInOrder(key, cancellation)));
        }
        catch (MessageReturnedException)
        {
            // Somebody deleted a queue or binding, or the broker lost its data.
            topology.DeployAgain();
            throw;
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (outgoing.Count > 0)
            await MoveCursors(connection, outgoing, cancellation);
        await advance(connection);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Maps events to messages and gives each its version and the version published before it.</summary>
    private async Task<List<Outgoing>> Address(IReadOnlyList<StoredEvent> batch, CancellationToken cancellation)
    {
        var mapped = batch
            .Select(stored => (Stored: stored, Mapped: published.Map(stored)))
            .Where(m => m.Mapped is not null)
            .Select(m => (m.Stored, m.Mapped!.Value.Message, Key: $"{m.Mapped.Value.Family.Name}:{m.Stored.StreamId}"))
            .ToList();
        var cursors = await Cursors([.. mapped.Select(m => m.Key).Distinct()], cancellation);
        var outgoing = new List<Outgoing>(mapped.Count);
        foreach (var (stored, message, key) in mapped)
        {
            outgoing.Add(new Outgoing(message, stored, new Delivery(
                stored.Id, key, stored.Version, cursors.GetValueOrDefault(key),
                stored.Headers.CorrelationId, stored.Headers.Actor, stored.Timestamp)));
            cursors[key] = stored.Version;
        }
        return outgoing;
    }

    private async Task PublishInOrder(IEnumerable<Outgoing> messages, CancellationToken cancellation)
    {
        foreach (var outgoing in messages)
        {
            // The append's trace goes on in the consumer: the publish is its child, across processes and time.
            using var activity = MessagingTelemetry.Source.StartActivity(
                $"relay {outgoing.Stored.Type}", ActivityKind.Producer, outgoing.Stored.Headers.TraceParent);
            var publish = bus.Publish(
                outgoing.Message,
                outgoing.Message.GetType(),
                Pipe.Execute<PublishContext>(context =>
                {
                    outgoing.Delivery.WriteTo(context);
                    // Without it a message that reaches no queue would be confirmed, and gone.
                    context.Mandatory = true;
                }),
                cancellation);
            // A publish that lost its connection at the wrong moment can ignore its token, and the relay must not.
            await publish.WaitAsync(cancellation);
        }
    }

    private async Task<Dictionary<string, long>> Cursors(string[] keys, CancellationToken cancellation)
    {
        var cursors = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var command = database.CreateCommand(CursorsSql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = keys });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            cursors.Add(reader.GetString(0), reader.GetInt64(1));
        return cursors;
    }

    private static async Task MoveCursors(NpgsqlConnection connection, List<Outgoing> outgoing, CancellationToken cancellation)
    {
        var last = outgoing.GroupBy(o => o.Delivery.OrderKey).Select(g => (g.Key, g.Last().Delivery.Version)).ToArray();
        await using var command = new NpgsqlCommand(MoveCursorsSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. last.Select(l => l.Key)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. last.Select(l => l.Version)] });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed record Outgoing(object Message, StoredEvent Stored, Delivery Delivery);
}
