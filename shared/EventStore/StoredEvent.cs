namespace Hutong.EventStore;

/// <summary>An event as it lies in the log.</summary>
/// <param name="Position">Its place in the whole log of the database: unique, ascending, with gaps.</param>
/// <param name="Id">Unique id (UUIDv7); the message id when the event is published.</param>
/// <param name="StreamId">The stream it belongs to.</param>
/// <param name="Version">Its place in the stream, from 1, without gaps.</param>
/// <param name="Type">The stored name, explicit and versioned, such as <c>account_linked_v2</c>.</param>
/// <param name="Data">The event itself, brought to its newest version by upcasters.</param>
/// <param name="Timestamp">When it was recorded, UTC.</param>
/// <param name="Headers">What caused it, on whose behalf, in which trace.</param>
public sealed record StoredEvent(
    long Position,
    Guid Id,
    string StreamId,
    long Version,
    string Type,
    object Data,
    DateTimeOffset Timestamp,
    EventHeaders Headers);

/// <summary>What is known about an event besides its content. Ids only: never a personal value.</summary>
/// <param name="CorrelationId">Joins everything that one request from outside set off.</param>
/// <param name="CausationId">The message or event that directly led to this one.</param>
/// <param name="TraceParent">W3C trace context of the append (https://www.w3.org/TR/trace-context/, section 3.2).</param>
/// <param name="Actor">Who acted: a person id, a client id or a service name.</param>
public sealed record EventHeaders(
    string? CorrelationId = null,
    string? CausationId = null,
    string? TraceParent = null,
    string? Actor = null)
{
    /// <summary>No headers at all.</summary>
    public static EventHeaders None { get; } = new();
}

/// <summary>The events of one stream that were asked for, oldest first.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="Version">Version of the last event read; 0 when there is none.</param>
/// <param name="Events">The events, oldest first.</param>
public sealed record EventStream(string StreamId, long Version, IReadOnlyList<StoredEvent> Events);

/// <summary>How far into a stream to read; both bounds are inclusive, and the default reads it all.</summary>
/// <param name="ToVersion">The last version wanted.</param>
/// <param name="ToTime">The last recording time wanted, UTC.</param>
public readonly record struct ReadUntil(long? ToVersion = null, DateTimeOffset? ToTime = null);
