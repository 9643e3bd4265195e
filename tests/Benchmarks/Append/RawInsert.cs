using System.Text;
using System.Text.Json;
using Hutong.EventStore;
using Npgsql;
using NpgsqlTypes;

namespace Hutong.Benchmarks.Append;

/// <summary>
/// The floor of an append: the same rows with the same bytes, inserted into the same tables and indexes in one
/// transaction and one round trip, with nothing checked, locked or answered.
/// </summary>
internal sealed class RawInsert(NpgsqlDataSource database)
{
    private const string StreamsSql = """
        insert into mt_streams (id, type, version, timestamp, created) select id, 'order', version, $3, $3 from unnest($1, $2) as s (id, version)
        """;

    private const string EventsSql = """
        insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers, is_archived)
        select nextval('mt_events_sequence'), id, stream, version, data, 'order_line_reserved', $5, $6, $7, $8, $9, false
        from unnest($1, $2, $3, $4) as e (id, stream, version, data)
        """;

    private static readonly string DotNetType = $"{typeof(OrderLineReserved).FullName}, {typeof(OrderLineReserved).Assembly.GetName().Name}";

    private static readonly byte[] Headers = Encoding.UTF8.GetBytes(
        $$"""{"traceparent":"{{BenchEvents.Headers.TraceParent}}","actor":"{{BenchEvents.Headers.Actor}}"}""");

    /// <summary>Inserts new streams, each with the given number of events.</summary>
    public async Task Insert(int streams, int eventsEach)
    {
        var ids = new string[streams];
        var versions = new long[streams];
        var (id, stream, version, data) = (new Guid[streams * eventsEach], new string[streams * eventsEach], new long[streams * eventsEach], new byte[streams * eventsEach][]);
        for (var s = 0; s < streams; s++)
        {
            ids[s] = BenchEvents.NewStream();
            versions[s] = eventsEach;
            for (var e = 0; e < eventsEach; e++)
            {
                var n = (s * eventsEach) + e;
                (id[n], stream[n], version[n]) = (Guid.CreateVersion7(), ids[s], e + 1);
                data[n] = JsonSerializer.SerializeToUtf8Bytes(BenchEvents.New(), BenchJson.Default.OrderLineReserved);
            }
        }
        var now = DateTime.UtcNow;
        await using var batch = database.CreateBatch();
        var insertStreams = new NpgsqlBatchCommand(StreamsSql);
        Add(insertStreams, ids);
        Add(insertStreams, versions);
        Add(insertStreams, now);
        batch.BatchCommands.Add(insertStreams);
        var insertEvents = new NpgsqlBatchCommand(EventsSql);
        Add(insertEvents, id);
        Add(insertEvents, stream);
        Add(insertEvents, version);
        insertEvents.Parameters.Add(new NpgsqlParameter { Value = data, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        Add(insertEvents, now);
        Add(insertEvents, DotNetType);
        Add(insertEvents, BenchEvents.Headers.CorrelationId!);
        Add(insertEvents, BenchEvents.Headers.CausationId!);
        insertEvents.Parameters.Add(new NpgsqlParameter { Value = Headers, NpgsqlDbType = NpgsqlDbType.Jsonb });
        batch.BatchCommands.Add(insertEvents);
        await batch.ExecuteNonQueryAsync();
    }

    private static void Add<T>(NpgsqlBatchCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
