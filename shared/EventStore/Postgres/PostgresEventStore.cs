using System.Text.Json;
using Npgsql;

namespace Hutong.EventStore.Postgres;

/// <summary>The built-in engine: Marten's event tables on Npgsql. Safe for concurrent use.</summary>
/// <param name="database">The service's database.</param>
/// <param name="types">The stored names of the service's events.</param>
/// <param name="time">The clock that events are stamped with.</param>
/// <param name="appended">Told after each commit, so that readers in this process need not wait for their next poll.</param>
public sealed class PostgresEventStore(NpgsqlDataSource database, EventTypes types, TimeProvider time, AppendSignal appended) : IEventStore
{
    private const string Columns = "seq_id, id, stream_id, version, type, data, timestamp, correlation_id, causation_id, headers";

    private const string ReadStreamSql = $"""
        select {Columns} from mt_events
        where stream_id = $1 and version <= $2 and timestamp <= $3
        order by version
        """;

    private const string ReadAllSql = $"""
        select {Columns} from mt_events
        where seq_id > $1 and seq_id <= $2
        order by seq_id
        limit $3
        """;

    private const string ReadAllOfTypesSql = $"""
        select {Columns} from mt_events
        where seq_id > $1 and seq_id <= $2 and type = any($4)
        order by seq_id
        limit $3
        """;

    private const string ArchiveSql = """
        with archived as (update mt_streams set is_archived = true where id = $1 and not is_archived returning id)
        update mt_events e set is_archived = true from archived where e.stream_id = archived.id
        """;

    /// <inheritdoc/>
    public async Task<EventStream> ReadStream(string streamId, ReadUntil until = default, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand(ReadStreamSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = until.ToVersion ?? long.MaxValue });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (until.ToTime ?? DateTimeOffset.MaxValue).UtcDateTime });
        var events = await Read(command, cancellation);
        return new EventStream(streamId, events.Count == 0 ? 0 : events[^1].Version, events);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredEvent>> ReadAll(
        long after, long upTo, int limit, IReadOnlyCollection<string>? types = null, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand(types is null ? ReadAllSql : ReadAllOfTypesSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        if (types is not null)
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. types] });
        return await Read(command, cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CommitResult>> Commit(IReadOnlyList<UnitOfWork> units, CancellationToken cancellation = default)
    {
        if (units.Count == 0)
            return [];
        if (SplitAtRepeatedMessage(units) is { } at)
            return [.. await Commit([.. units.Take(at)], cancellation), .. await Commit([.. units.Skip(at)], cancellation)];

        var batch = CommitBatch.Of(units, types, time.GetUtcNow());
        try
        {
            var results = await batch.Execute(database, cancellation);
            appended.Set();
            return results;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && units.Count == 1)
        {
            return [new CommitResult.ClaimTaken(e.ConstraintName ?? e.TableName ?? "")];
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation && units.Count > 1)
        {
            return await CommitEach(units, cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
        {
            return await CommitEach(units, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> Archive(string streamId, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand(ArchiveSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>
    /// A taken claim is an error of the whole transaction, so a group that meets one is committed unit by unit:
    /// the others must not fail with it. Rare, therefore not worth a savepoint per unit in every commit.
    /// </summary>
    private async Task<IReadOnlyList<CommitResult>> CommitEach(IReadOnlyList<UnitOfWork> units, CancellationToken cancellation)
    {
        var results = new List<CommitResult>(units.Count);
        foreach (var unit in units)
            results.AddRange(await Commit([unit], cancellation));
        return results;
    }

    /// <summary>Two deliveries of one message in one group: the second must see the first's inbox row, so it goes into the next group.</summary>
    private static int? SplitAtRepeatedMessage(IReadOnlyList<UnitOfWork> units)
    {
        if (units.Count == 1)
            return null;
        var seen = new HashSet<(string, Guid)>();
        for (var i = 0; i < units.Count; i++)
        {
            if (units[i].Inbox is { } inbox && !seen.Add((inbox.Consumer, inbox.MessageId)))
                return i;
        }
        return null;
    }

    private async Task<List<StoredEvent>> Read(NpgsqlCommand command, CancellationToken cancellation)
    {
        var events = new List<StoredEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var type = reader.GetString(4);
            events.Add(new StoredEvent(
                reader.GetInt64(0),
                reader.GetGuid(1),
                reader.GetString(2),
                reader.GetInt64(3),
                type,
                types.Read(type, reader.GetFieldValue<byte[]>(5)),
                reader.GetFieldValue<DateTimeOffset>(6),
                Headers(reader)));
        }
        return events;
    }

    private static EventHeaders Headers(NpgsqlDataReader reader)
    {
        var headers = reader.IsDBNull(9)
            ? EventHeaders.None
            : JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(9), StoredHeadersJson.Default.StoredHeaders) is { } stored
                ? new EventHeaders(TraceParent: stored.TraceParent, Actor: stored.Actor)
                : EventHeaders.None;
        return headers with
        {
            CorrelationId = reader.IsDBNull(7) ? null : reader.GetString(7),
            CausationId = reader.IsDBNull(8) ? null : reader.GetString(8),
        };
    }
}
