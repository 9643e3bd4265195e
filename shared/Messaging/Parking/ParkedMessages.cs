using System.Text;
using System.Text.Json.Serialization;
using Hutong.EventStore;
using MassTransit;
using Npgsql;

namespace Hutong.Messaging.Parking;

/// <summary>A message that could not be applied.</summary>
/// <param name="Queue">The queue it came from.</param>
/// <param name="MessageId">The message.</param>
/// <param name="OrderKey">Its order key; later messages of the key are parked behind it. Null if it could not be read.</param>
/// <param name="Version">Its version within the key.</param>
/// <param name="Envelope">The message as it came, envelope and headers: ids only, as every contract.</param>
/// <param name="Reason">Why it was parked, last time.</param>
/// <param name="Attempts">How often it was parked.</param>
/// <param name="ParkedAt">UTC, first time.</param>
public sealed record ParkedMessage(
    string Queue, Guid MessageId, string? OrderKey, long Version, string Envelope, string Reason, int Attempts, DateTimeOffset ParkedAt);

/// <summary>A message as it came from a queue.</summary>
internal sealed record IncomingMessage(string Queue, Guid MessageId, string? OrderKey, long Version, string Envelope);

/// <summary>The table of parked messages: a dead letter that keeps order and can be replayed.</summary>
public sealed class ParkedMessages(NpgsqlDataSource database, IEventStore store)
{
    private const string ParkSql = """
        insert into parked_message (queue, message_id, order_key, version, envelope, reason) values ($1, $2, $3, $4, $5, $6)
        on conflict (queue, message_id) do update set reason = excluded.reason, attempts = parked_message.attempts + 1
        """;

    // The lock holds off a replay that is about to take the earlier message off: either it has gone and this one may
    // be applied, or this one is on the table before the replay looks for what follows. Nothing falls between.
    private const string ParkBehindSql = """
        with earlier as (
            select from parked_message where queue = $1 and order_key = $3 and version < $4
            order by version limit 1 for key share)
        insert into parked_message (queue, message_id, order_key, version, envelope, reason)
        select $1, $2, $3, $4, $5, $6 from earlier
        on conflict do nothing
        returning 1
        """;

    private const string KeysSql = """
        select distinct queue, order_key from parked_message
        where ($1 is null or queue = $1) and ($2 is null or order_key = $2)
        order by queue, order_key
        """;

    private const string ListSql = """
        select queue, message_id, order_key, version, envelope, reason, attempts, parked_at from parked_message
        where queue = $1 and order_key is not distinct from $2
        order by version, parked_at
        limit $3
        """;

    private static readonly Table<ParkedKey> Rows = new("parked_message", ParkedJson.Default.ParkedKey, "queue", "message_id");

    /// <summary>Puts a message on the table, or counts another attempt.</summary>
    internal async Task<bool> Park(IncomingMessage message, string reason, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ParkSql);
        Fill(command.Parameters, message, reason);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Puts a message on the table if an earlier one of its key is there. False if none is.</summary>
    internal async Task<bool> ParkBehind(IncomingMessage message, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ParkBehindSql);
        Fill(command.Parameters, message, "an earlier message of its key is parked");
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    /// <summary>The keys that have parked messages; a null key stands for all messages without one.</summary>
    internal async Task<IReadOnlyList<(string Queue, string? OrderKey)>> Keys(string? queue, string? orderKey, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(KeysSql);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = queue });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = orderKey });
        var keys = new List<(string, string?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            keys.Add((reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)));
        return keys;
    }

    /// <summary>The parked messages of one key, in replay order.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="orderKey">The key; null for the messages without one.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the read.</param>
    public async Task<IReadOnlyList<ParkedMessage>> List(string queue, string? orderKey, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = queue });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = orderKey });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var messages = new List<ParkedMessage>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            messages.Add(new ParkedMessage(
                reader.GetString(0), reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3),
                reader.GetString(4), reader.GetString(5), reader.GetInt32(6), reader.GetFieldValue<DateTimeOffset>(7)));
        }
        return messages;
    }

    /// <summary>A body as text the table takes: anybody can send any bytes, and PostgreSQL refuses a zero character.</summary>
    internal static string Text(MessageBody body) => Encoding.UTF8.GetString(body.GetBytes()).Replace('\0', '\uFFFD');

    /// <summary>Takes a message off the table whose effect is in place already.</summary>
    internal Task Forget(RowWrite remove, CancellationToken cancellation) => store.Commit(UnitOfWork.Empty.With(remove), cancellation);

    /// <summary>Takes the message off the table, in the unit of work that applies it.</summary>
    internal static RowWrite Remove(string queue, Guid messageId) => Rows.Delete(new ParkedKey(queue, messageId));

    private static void Fill(NpgsqlParameterCollection parameters, IncomingMessage message, string reason)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = message.Queue });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = message.MessageId });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = message.OrderKey });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = message.Version });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = message.Envelope });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
    }
}

internal sealed record ParkedKey(string Queue, Guid MessageId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ParkedKey))]
internal sealed partial class ParkedJson : JsonSerializerContext;
