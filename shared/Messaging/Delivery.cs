using System.Text.Json;
using Hutong.Messaging.Parking;
using MassTransit;

namespace Hutong.Messaging;

/// <summary>What a message carries besides its content: where it comes from and its place in that stream's order.</summary>
/// <param name="MessageId">The id of the event it tells of.</param>
/// <param name="OrderKey"><c>{family}:{stream}</c>: what order is kept by.</param>
/// <param name="Version">The event's version in its stream.</param>
/// <param name="Previous">The version published before it under the same key; 0 for the first.</param>
/// <param name="CorrelationId">Joins everything one request set off.</param>
/// <param name="Actor">Who acted.</param>
/// <param name="OccurredAt">When the event was recorded, UTC.</param>
public sealed record Delivery(
    Guid MessageId, string OrderKey, long Version, long Previous, string? CorrelationId, string? Actor, DateTimeOffset OccurredAt)
{
    private const string OrderKeyHeader = "hutong-order-key";
    private const string VersionHeader = "hutong-version";
    private const string PreviousHeader = "hutong-previous";
    private const string CorrelationHeader = "hutong-correlation";
    private const string ActorHeader = "hutong-actor";
    private const string OccurredHeader = "hutong-occurred";

    private const int MaxKeyLength = 500;

    internal void WriteTo(SendContext context)
    {
        context.MessageId = MessageId;
        context.Headers.Set(OrderKeyHeader, OrderKey);
        context.Headers.Set(VersionHeader, Version);
        context.Headers.Set(PreviousHeader, Previous);
        context.Headers.Set(OccurredHeader, OccurredAt.ToString("O"));
        if (CorrelationId is not null)
            context.Headers.Set(CorrelationHeader, CorrelationId);
        if (Actor is not null)
            context.Headers.Set(ActorHeader, Actor);
    }

    /// <exception cref="FormatException">A header every message of ours has is missing: somebody else sent it.</exception>
    internal static Delivery Of(MessageContext context) => new(
        context.MessageId ?? throw new FormatException("The message has no id."),
        context.Headers.Get<string>(OrderKeyHeader) ?? throw new FormatException("The message has no order key."),
        context.Headers.Get<long>(VersionHeader) ?? throw new FormatException("The message has no version."),
        context.Headers.Get<long>(PreviousHeader) ?? throw new FormatException("The message has no previous version."),
        context.Headers.Get<string>(CorrelationHeader),
        context.Headers.Get<string>(ActorHeader),
        DateTimeOffset.TryParse(context.Headers.Get<string>(OccurredHeader), out var at) ? at : context.SentTime ?? default);

    /// <summary>The same from the headers of a parked envelope.</summary>
    /// <exception cref="FormatException">A header every message of ours has is missing.</exception>
    internal static Delivery Of(Guid messageId, IReadOnlyDictionary<string, JsonElement> headers) => new(
        messageId,
        headers.TryGetValue(OrderKeyHeader, out var key) ? key.GetString()! : throw new FormatException("The message has no order key."),
        headers.TryGetValue(VersionHeader, out var version) ? version.GetInt64() : throw new FormatException("The message has no version."),
        headers.TryGetValue(PreviousHeader, out var previous) ? previous.GetInt64() : throw new FormatException("The message has no previous version."),
        headers.TryGetValue(CorrelationHeader, out var correlation) ? correlation.GetString() : null,
        headers.TryGetValue(ActorHeader, out var actor) ? actor.GetString() : null,
        headers.TryGetValue(OccurredHeader, out var at) ? at.GetDateTimeOffset() : default);

    /// <summary>Where MassTransit puts the trace context of the send.</summary>
    internal static string? TraceParentOf(IReadOnlyDictionary<string, JsonElement> headers) =>
        headers.TryGetValue("MT-Activity-Id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    /// <summary>What can be told of a message that reached no consumer. It may be anybody's: nothing in it is trusted.</summary>
    internal static IncomingMessage Incoming(string queue, ReceiveContext context)
    {
        var headers = context.TransportHeaders;
        var key = headers.TryGetHeader(OrderKeyHeader, out var k) && k is string { Length: <= MaxKeyLength } text && !text.Contains('\0')
            ? text
            : null;
        return new IncomingMessage(
            queue,
            headers.TryGetHeader(MessageHeaders.MessageId, out var id) && Guid.TryParse(id.ToString(), out var messageId)
                ? messageId
                : Guid.CreateVersion7(),
            key,
            headers.TryGetHeader(VersionHeader, out var version) && version is long number ? number : 0,
            ParkedMessages.Text(context.Body));
    }
}
