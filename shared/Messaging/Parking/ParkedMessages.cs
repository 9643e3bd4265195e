using System.Text.Json.Serialization;
using Hutong.EventStore;
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

/// <summary>The table of parked messages: a dead letter that keeps order and can be replayed.</summary>
public sealed class ParkedMessages(NpgsqlDataSource database, IEventStore store)
{
    private const string ParkSql = """
        insert into parked_message (queue, message_id, order_key, version, envelope, reason) values ($1, $2, $3, $4, $5, $6)
        on conflict (queue, message_id) do update set reason = excluded.reason, attempts = parked_message.attempts + 1
        """;

    private const string HoldsKeySql = "select exists (select from parked_message where queue = $1 and order_key = $2)";

    private const string ListSql = """
        select queue, message_id, order_key, version, envelope, reason, attempts, parked_at from parked_message
        where ($1 is null or queue = $1) and ($2 is null or order_key = $2)
        order by queue, order_key, version
        limit $3
        """;

    private static readonly Table<ParkedKey> Rows = new("parked_message", ParkedJson.Default.ParkedKey, "queue", "message_id");

    internal async Task Park(
        string queue, Guid messageId, string? orderKey, long version, string envelope, string reason, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ParkSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = queue });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = orderKey });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = envelope });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Whether an earlier message of the key is parked, so that later ones must be too.</summary>
    public async Task<bool> HoldsKey(string queue, string orderKey, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(HoldsKeySql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = queue });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = orderKey });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Parked messages in replay order: by queue, key and version.</summary>
    /// <param name="queue">Only this queue; null for all.</param>
    /// <param name="orderKey">Only this key; null for all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the read.</param>
    public async Task<IReadOnlyList<ParkedMessage>> List(string? queue, string? orderKey, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = queue });
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

    /// <summary>Takes a message off the table whose effect is in place already.</summary>
    internal Task Forget(RowWrite remove, CancellationToken cancellation) => store.Commit(UnitOfWork.Empty.With(remove), cancellation);

    /// <summary>Takes the message off the table, in the unit of work that applies it.</summary>
    internal static RowWrite Remove(string queue, Guid messageId) => Rows.Delete(new ParkedKey(queue, messageId));
}

internal sealed record ParkedKey(string Queue, Guid MessageId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ParkedKey))]
internal sealed partial class ParkedJson : JsonSerializerContext;
