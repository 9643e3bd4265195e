using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;
using Hutong.Messaging.Publishing;

namespace Hutong.RelayHost;

/// <summary>What the tests append: published in family commerce, as a <see cref="CardClicked"/>.</summary>
public sealed record Ticked(int Number);

/// <summary>The same, published in family feed, as a <see cref="PostPublished"/>.</summary>
public sealed record Said(int Number);

/// <summary>Not published.</summary>
public sealed record Kept(int Number);

/// <summary>The effect of a message, in stream <c>effect-{origin stream}</c>.</summary>
public sealed record Applied(string MessageId, long Version, string What);

public static class Ticks
{
    public static EventTypes Types() => new EventTypes()
        .Map("ticked", TickJson.Default.Ticked)
        .Map("said", TickJson.Default.Said)
        .Map("kept", TickJson.Default.Kept)
        .Map("applied", TickJson.Default.Applied);

    public static void Publish(PublishedEvents events) => events
        .On<Ticked, CardClicked>((e, stored) => new CardClicked(
            stored.Id, null, e.Number.ToString(CultureInfo.InvariantCulture), null, "social", stored.Timestamp))
        .On<Said, PostPublished>((e, stored) => new PostPublished(
            stored.Id, Guid.Empty, e.Number.ToString(CultureInfo.InvariantCulture), stored.Timestamp));

    /// <summary>The stream that the effects of an order key go to.</summary>
    public static string EffectStream(string orderKey) => $"effect-{orderKey}";
}

/// <summary>Called before a message's effect is decided: the tests fail, wait or count here.</summary>
public delegate Task Meddle(Delivery delivery, string number, CancellationToken cancellation);

internal static class Effect
{
    public static async Task<UnitOfWork> Of(Meddle meddle, Delivery delivery, string number, CancellationToken cancellation)
    {
        await meddle(delivery, number, cancellation);
        return UnitOfWork.Append(
            Ticks.EffectStream(delivery.OrderKey), Expected.Any, new Applied(delivery.MessageId.ToString(), delivery.Version, number));
    }
}

public sealed class WhenCardClicked(Meddle meddle) : IHandle<CardClicked>
{
    public Task<UnitOfWork> Handle(CardClicked message, Delivery delivery, CancellationToken cancellation) =>
        Effect.Of(meddle, delivery, message.ProductId, cancellation);
}

public sealed class WhenPostPublished(Meddle meddle) : IHandle<PostPublished>
{
    public Task<UnitOfWork> Handle(PostPublished message, Delivery delivery, CancellationToken cancellation) =>
        Effect.Of(meddle, delivery, message.ProductId ?? "", cancellation);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Ticked))]
[JsonSerializable(typeof(Said))]
[JsonSerializable(typeof(Kept))]
[JsonSerializable(typeof(Applied))]
internal sealed partial class TickJson : JsonSerializerContext;
