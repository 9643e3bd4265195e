namespace Hutong.EventStore;

/// <summary>
/// The event streams of one service. Narrow on purpose: an engine other than the built-in one on Npgsql
/// (Marten opens the same tables) can stand behind it.
/// </summary>
public interface IEventStore
{
    /// <summary>Reads one stream, all of it or up to a version or time. A stream that is not there reads as empty, version 0.</summary>
    Task<EventStream> ReadStream(string streamId, ReadUntil until = default, CancellationToken cancellation = default);

    /// <summary>
    /// Reads streams backwards, as one: their latest events before a position of the log, the newest first, at most
    /// <paramref name="limit"/> and of these stored names alone.
    /// </summary>
    Task<IReadOnlyList<StoredEvent>> ReadBackwards(
        IReadOnlyCollection<string> streamIds, long before, int limit, IReadOnlyCollection<string> types,
        CancellationToken cancellation = default);

    /// <summary>
    /// Reads the log in position order: events after <paramref name="after"/> up to and including <paramref name="upTo"/>,
    /// at most <paramref name="limit"/>. <paramref name="upTo"/> must be a high-water mark, or events still being
    /// committed are missed. With <paramref name="types"/> only events of those stored names are returned.
    /// </summary>
    Task<IReadOnlyList<StoredEvent>> ReadAll(
        long after, long upTo, int limit, IReadOnlyCollection<string>? types = null, CancellationToken cancellation = default);

    /// <summary>
    /// Commits units of work in one transaction and answers for each, in order. A refused unit leaves nothing behind
    /// and does not fail its neighbours. Two units may touch one stream: the later sees the earlier's version.
    /// </summary>
    /// <exception cref="UnregisteredEventException">An event's type has no stored name.</exception>
    /// <exception cref="ArgumentException">A unit names one stream twice, or an id is too long.</exception>
    Task<IReadOnlyList<CommitResult>> Commit(IReadOnlyList<UnitOfWork> units, CancellationToken cancellation = default);

    /// <summary>Closes a stream: it can still be read, and takes no more events. True if it existed and was open.</summary>
    Task<bool> Archive(string streamId, CancellationToken cancellation = default);
}

/// <summary>Shorthands over <see cref="IEventStore"/>.</summary>
public static class EventStoreExtensions
{
    /// <summary>Commits one unit of work.</summary>
    public static async Task<CommitResult> Commit(this IEventStore store, UnitOfWork unit, CancellationToken cancellation = default) =>
        (await store.Commit([unit], cancellation))[0];

    /// <summary>Reads a stream and folds it into a state.</summary>
    public static async Task<Loaded<TState>> Load<TState>(
        this IEventStore store, Fold<TState> fold, string streamId, ReadUntil until = default, CancellationToken cancellation = default)
    {
        var stream = await store.ReadStream(streamId, until, cancellation);
        var state = stream.Events.Aggregate(fold.Initial, (state, e) => fold.Evolve(state, e.Data));
        return new Loaded<TState>(streamId, state, stream.Version);
    }
}

/// <summary>How a stream becomes a state: where it begins, and what each event does to it.</summary>
/// <param name="Initial">The state of an empty stream.</param>
/// <param name="Evolve">Total: an event it does not know leaves the state as it is. Never throws.</param>
public sealed record Fold<TState>(TState Initial, Func<TState, object, TState> Evolve);

/// <summary>A stream's state at the version it was read.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="State">Its folded state.</param>
/// <param name="Version">The version of the last event folded; 0 for an empty stream.</param>
public sealed record Loaded<TState>(string StreamId, TState State, long Version)
{
    /// <summary>Whether the stream has any events.</summary>
    public bool Exists => Version > 0;

    /// <summary>An append that holds only if nobody wrote since this was read.</summary>
    public StreamAppend Append(params IReadOnlyList<object> events) => new(StreamId, Expected.Exactly(Version), events);
}
