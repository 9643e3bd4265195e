namespace Hutong.EventStore;

/// <summary>
/// Everything one command or one message changes, as data: the store commits it wholly or not at all.
/// Nothing here holds a connection, so units can be grouped into one transaction, and another engine can take them.
/// </summary>
public sealed record UnitOfWork
{
    /// <summary>The events to append, at most one entry per stream.</summary>
    public IReadOnlyList<StreamAppend> Appends { get; init; } = [];

    /// <summary>Rows owned by the streams appended to, and uniqueness claims.</summary>
    public IReadOnlyList<RowWrite> Rows { get; init; } = [];

    /// <summary>The message this unit is the effect of; its redelivery then changes nothing.</summary>
    public InboxEntry? Inbox { get; init; }

    /// <summary>
    /// Headers for every event of the unit. A missing <see cref="EventHeaders.TraceParent"/> is taken from the current activity.
    /// </summary>
    public EventHeaders Headers { get; init; } = EventHeaders.None;

    /// <summary>A unit that changes nothing (with an inbox entry: "seen, and nothing to do").</summary>
    public static UnitOfWork Empty { get; } = new();

    /// <summary>A unit that appends to one stream.</summary>
    public static UnitOfWork Append(string stream, Expected expected, params IReadOnlyList<object> events) =>
        new() { Appends = [new StreamAppend(stream, expected, events)] };

    /// <summary>This unit with another append; one without events is left out.</summary>
    public UnitOfWork With(StreamAppend append) =>
        append.Events.Count == 0 ? this : this with { Appends = [.. Appends, append] };

    /// <summary>This unit with more rows.</summary>
    public UnitOfWork With(params IReadOnlyList<RowWrite> rows) => this with { Rows = [.. Rows, .. rows] };
}

/// <summary>Events to append to one stream, and what is expected of it.</summary>
/// <param name="StreamId">The stream, at most 250 characters.</param>
/// <param name="Expected">What must hold of the stream, or the unit is refused.</param>
/// <param name="Events">The events, in order; each of a type registered in <see cref="EventTypes"/>. Without events the append is left out, its expectation too.</param>
public sealed record StreamAppend(string StreamId, Expected Expected, IReadOnlyList<object> Events);

/// <summary>
/// The key under which a consumer remembers a message. With an <paramref name="OrderKey"/> the store also checks
/// that the message is the next of its key: <paramref name="Previous"/> must be the version last applied.
/// </summary>
/// <param name="Consumer">The consumer's name, stable over time.</param>
/// <param name="MessageId">The message's id: the id of the event it tells of.</param>
/// <param name="OrderKey">What order is kept by, such as the origin's stream and contract family; null where order does not matter.</param>
/// <param name="Version">The message's version within its key.</param>
/// <param name="Previous">The version published before it within its key; 0 for the first.</param>
public sealed record InboxEntry(string Consumer, Guid MessageId, string? OrderKey = null, long Version = 0, long Previous = 0);
