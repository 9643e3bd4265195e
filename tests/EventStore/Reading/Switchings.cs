using System.Collections.Concurrent;
using Hutong.EventStore.Reading;
using Npgsql;

namespace Hutong.EventStore.Tests.Reading;

/// <summary>Counts how often each lamp was switched. Counting shows what upserting hides: an event applied twice, or not at all.</summary>
internal sealed class Switchings : IProjection
{
    private const string ApplySql = """
        insert into switching as s (lamp_id, times, last_seen)
        select lamp, count(*), max(position) from unnest($1, $2) as e (lamp, position) group by lamp
        on conflict (lamp_id) do update set times = s.times + excluded.times, last_seen = excluded.last_seen
        """;

    public const string HashSql = "select md5(coalesce(string_agg(s::text, ',' order by lamp_id), '')) from switching s";

    private int failures;

    public string Name => "Switchings";

    public IReadOnlyCollection<string> Types { get; } = ["lamp_switched"];

    /// <summary>Positions in the order in which they were applied; those of rolled-back batches included.</summary>
    public ConcurrentQueue<long> Applied { get; } = [];

    /// <summary>Fails the next batches after their writes, before their transaction commits.</summary>
    public void FailNext(int batches) => Volatile.Write(ref failures, batches);

    public async Task Apply(IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ApplySql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. events.Select(e => e.StreamId)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. events.Select(e => e.Position)] });
        await command.ExecuteNonQueryAsync(cancellation);
        foreach (var e in events)
            Applied.Enqueue(e.Position);
        if (Interlocked.Decrement(ref failures) >= 0)
            throw new InvalidOperationException("The process dies here.");
    }

    public async Task Clear(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("delete from switching", connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
