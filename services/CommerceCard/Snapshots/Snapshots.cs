using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Hutong.EventStore;
using Npgsql;

namespace Hutong.CommerceCard.Snapshots;

/// <summary>
/// A stream's folded state, kept as one row that is written in the transaction of the stream's events. A product that
/// sold fifty thousand times has a stream of a hundred thousand events; deciding about it must not read them all.
/// The row is always the fold of the whole stream: where it is missing, or of an older shape, the stream is folded.
/// </summary>
/// <typeparam name="TState">The state; null until the stream begins.</typeparam>
/// <param name="prefix">What the ids of such streams begin with: <c>product-</c>.</param>
/// <param name="shape">Raised when the state's JSON changes, so that older rows are no longer read.</param>
/// <param name="fold">How the stream becomes the state.</param>
/// <param name="json">The state's JSON.</param>
internal sealed class SnapshotOf<TState>(string prefix, int shape, Fold<TState?> fold, JsonTypeInfo<TState> json)
    where TState : class
{
    private const string FindSql = "select stream_id, version, shape, state from snapshot where stream_id = any($1)";

    private static readonly Table<SnapshotRow> Rows = new("snapshot", SnapshotJson.Default.SnapshotRow, "stream_id");

    public string Prefix => prefix;

    public string StreamOf(string id) => prefix + id;

    /// <summary>The state now, for deciding: what is appended to it holds only if nobody wrote in between.</summary>
    public async Task<Loaded<TState?>> Load(NpgsqlDataSource database, IEventStore store, string id, CancellationToken cancellation) =>
        (await LoadMany(database, store, [id], cancellation))[id];

    /// <summary>The states now of several streams of this kind, by id.</summary>
    public async Task<IReadOnlyDictionary<string, Loaded<TState?>>> LoadMany(
        NpgsqlDataSource database, IEventStore store, IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        var loaded = new Dictionary<string, Loaded<TState?>>(StringComparer.Ordinal);
        await using (var command = database.CreateCommand(FindSql))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ids.Select(StreamOf)] });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                if (Read(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3)) is { } found)
                    loaded.Add(found.StreamId[prefix.Length..], found);
                else
                    loaded.Add(reader.GetString(0)[prefix.Length..], null!);
            }
        }
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            // No row at all: the stream has not begun. Row and first event are written together.
            if (!loaded.TryGetValue(id, out var found))
                loaded[id] = new Loaded<TState?>(StreamOf(id), fold.Initial, 0);
            else if (found is null)
                loaded[id] = await store.Load(fold, StreamOf(id), cancellation: cancellation);
        }
        return loaded;
    }

    /// <summary>Reads a row of the table.</summary>
    /// <returns>Null for a row of an older shape.</returns>
    public Loaded<TState?>? Read(string streamId, long version, int rowShape, string state) =>
        rowShape == shape ? new Loaded<TState?>(streamId, JsonSerializer.Deserialize(state, json), version) : null;

    /// <summary>Adds events to a unit of work, and the state after them.</summary>
    public UnitOfWork Advance(UnitOfWork work, Loaded<TState?> from, params IReadOnlyList<object> events)
    {
        if (events.Count == 0)
            return work;
        var state = events.Aggregate(from.State, fold.Evolve)
            ?? throw new InvalidOperationException($"{from.StreamId} has events but no state.");
        var row = new SnapshotRow(
            from.StreamId, from.Version + events.Count, shape, JsonSerializer.SerializeToElement(state, json));
        return work.With(from.Append(events)).With(Rows.Upsert(row));
    }
}

internal sealed record SnapshotRow(string StreamId, long Version, int Shape, JsonElement State);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SnapshotRow))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
