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
        where stream_id = $1 and version <= $2
        order by version
        """;

    // Up to the first later event, not every event of an earlier time: the instances' clocks differ a little, and a
    // stream read with a hole in it would fold into a state that never was.
    private const string ReadStreamToTimeSql = $"""
        select {Columns} from mt_events
        where stream_id = $1 and version <= $2
          and version < coalesce((select min(version) from mt_events where stream_id = $1 and timestamp > $3), 9223372036854775807)
        order by version
        """;

    // From the end of each stream by its own index: the order of a stream's versions is that of its positions. The log's
    // index would lead past everybody's events.
    private const string ReadBackwardsSql = $"""
        select {Columns} from unnest($1::text[]) as wanted (stream)
        cross join lateral (
            select * from mt_events
            where stream_id = wanted.stream collate "C" and seq_id < $2 and type = any($4)
            order by version desc
            limit $3) latest
        order by seq_id desc
        limit $3
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

    // Two statements: the second takes its snapshot after the first has locked the stream, and so finds the events
    // of a writer that the first one waited for.
    private const string ArchiveStreamSql = "update mt_streams set is_archived = true where id = $1 and not is_archived";

    private const string ArchiveEventsSql = """
        update mt_events set is_archived = true
        where stream_id = $1 and not is_archived and exists (select from mt_streams where id = $1 and is_archived)
        """;

    private const int Attempts = 5;

    /// <inheritdoc/>
    public async Task<EventStream> ReadStream(string streamId, ReadUntil until = default, CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand(until.ToTime is null ? ReadStreamSql : ReadStreamToTimeSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = until.ToVersion ?? long.MaxValue });
        if (until.ToTime is { } time)
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = time.UtcDateTime });
        var events = await Read(command, cancellation);
        return new EventStream(streamId, events.Count == 0 ? 0 : events[^1].Version, events);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredEvent>> ReadBackwards(
        IReadOnlyCollection<string> streamIds, long before, int limit, IReadOnlyCollection<string> types,
        CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand(ReadBackwardsSql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. streamIds] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. types] });
        return await Read(command, cancellation);
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
        using var activity = EventStoreTelemetry.StartCommit(units);
        return await CommitParts(units, cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> Archive(string streamId, CancellationToken cancellation = default)
    {
        await using var batch = database.CreateBatch();
        foreach (var sql in (string[])[ArchiveStreamSql, ArchiveEventsSql])
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = streamId });
            batch.BatchCommands.Add(command);
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        return batch.BatchCommands[0].RecordsAffected > 0;
    }

    /// <summary>
    /// Commits units in one transaction, waiting only so long for any one lock. Null, with nothing committed, when a
    /// lock did not come in time, or when one of several units had to be refused in a way that fails them all: they
    /// had better be committed one by one. A span for each caller, and its trace in the headers, are the caller's part.
    /// </summary>
    internal async Task<IReadOnlyList<CommitResult>?> TryCommit(IReadOnlyList<UnitOfWork> units, TimeSpan waitAtMost)
    {
        try
        {
            return await Execute(new CommitBatch(units, types, time.GetUtcNow(), waitAtMost, traceParent: null), CancellationToken.None);
        }
        catch (PostgresException e) when (units.Count == 1 && IsRefusedRow(e))
        {
            return [Refused(e)];
        }
        catch (PostgresException e) when (units.Count > 1 ? LeavesNothing(e) : e.SqlState == PostgresErrorCodes.LockNotAvailable || IsRace(e))
        {
            return null;
        }
        catch (Exception e) when (units.Count > 1 && e is (ArgumentException or UnregisteredEventException or JsonException or NotSupportedException))
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<CommitResult>> CommitParts(IReadOnlyList<UnitOfWork> units, CancellationToken cancellation)
    {
        if (GroupBoundary.In(units) is { } next)
            return [.. await CommitTogether([.. units.Take(next)], cancellation), .. await CommitParts([.. units.Skip(next)], cancellation)];
        return await CommitTogether(units, cancellation);
    }

    private async Task<IReadOnlyList<CommitResult>> CommitTogether(IReadOnlyList<UnitOfWork> units, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var batch = new CommitBatch(units, types, time.GetUtcNow(), TimeSpan.Zero, EventStoreTelemetry.TraceParent);
                return await Execute(batch, cancellation);
            }
            catch (PostgresException e) when (IsRace(e) && attempt < Attempts)
            {
                // Whoever won goes on; the next attempt sees what it left.
            }
            catch (PostgresException e) when (IsRefusedRow(e))
            {
                // The error is the whole transaction's, and the others must not fail with it: halving finds the one.
                // Rare, therefore not worth a savepoint per unit in every commit.
                if (units.Count == 1)
                    return [Refused(e)];
                var half = units.Count / 2;
                return
                [
                    .. await CommitTogether([.. units.Take(half)], cancellation),
                    .. await CommitTogether([.. units.Skip(half)], cancellation),
                ];
            }
        }
    }

    private async Task<IReadOnlyList<CommitResult>> Execute(CommitBatch batch, CancellationToken cancellation)
    {
        var results = await batch.Execute(database, cancellation);
        appended.Set();
        return results;
    }

    /// <summary>A deadlock over claims or rows, or another engine that appended to the stream without locking it.</summary>
    private static bool IsRace(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
        || (e.SqlState == PostgresErrorCodes.UniqueViolation && e.ConstraintName is "pk_mt_events_stream_and_version" or "pkey_mt_streams_id");

    /// <summary>A claim that is taken, or a row that refers to what is gone.</summary>
    private static bool IsRefusedRow(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation && !IsRace(e);

    private static CommitResult Refused(PostgresException e)
    {
        var constraint = e.ConstraintName ?? e.TableName ?? "";
        return e.SqlState == PostgresErrorCodes.ForeignKeyViolation
            ? new CommitResult.ReferenceGone(constraint)
            : new CommitResult.ClaimTaken(constraint);
    }

    /// <summary>Whether the error proves that the transaction was rolled back; a lost server proves nothing.</summary>
    private static bool LeavesNothing(PostgresException e) => e.SqlState[..2] is "22" or "23" or "40" or "42" or "55" or "P0";

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
