using System.Text.Json.Serialization;
using Hutong.Attribution.Crediting;
using Hutong.Attribution.Identities;
using Hutong.Attribution.Orders;
using Hutong.Attribution.Posts;
using Hutong.Attribution.Touches;
using Hutong.EventStore;
using Hutong.Messaging;

namespace Hutong.Attribution;

/// <summary>The stored names of Attribution's events, and what it hears from the others.</summary>
internal static class AttributionEvents
{
    public const string ClickRecordedName = "click_recorded";
    public const string OrderRecordedName = "order_recorded";
    public const string CreditStatedName = "credit_stated";

    public static EventTypes Types { get; } = new EventTypes()
        .Map(ClickRecordedName, AttributionEventJson.Default.ClickRecorded)
        .Map("repost_recorded", AttributionEventJson.Default.RepostRecorded)
        .Map("conversion_recorded", AttributionEventJson.Default.ConversionRecorded)
        .Map("registration_recorded", AttributionEventJson.Default.RegistrationRecorded)
        .Map("identity_joined", AttributionEventJson.Default.IdentityJoined)
        .Map("identity_left", AttributionEventJson.Default.IdentityLeft)
        .Map("identities_merged", AttributionEventJson.Default.IdentitiesMerged)
        .Map("identities_split", AttributionEventJson.Default.IdentitiesSplit)
        .Map("identity_erased", AttributionEventJson.Default.IdentityErased)
        .Map("post_noted", AttributionEventJson.Default.PostNoted)
        .Map("post_awaited", AttributionEventJson.Default.PostAwaited)
        .Map(OrderRecordedName, AttributionEventJson.Default.OrderRecorded)
        .Map(CreditStatedName, AttributionEventJson.Default.CreditStated);

    public static void Consume(Consumption consume)
    {
        consume.From("attribution.identity")
            .Handle<Contracts.PersonRegistered, WhenPersonRegistered>()
            .Handle<Contracts.AccountLinked, WhenAccountLinked>()
            .Handle<Contracts.AccountUnlinked, WhenAccountUnlinked>()
            .Handle<Contracts.PersonsMerged, WhenPersonsMerged>()
            .Handle<Contracts.PersonsSplit, WhenPersonsSplit>()
            .Handle<Contracts.PersonErased, WhenPersonErased>();
        consume.From("attribution.feed")
            .Handle<Contracts.PostPublished, WhenPostPublished>()
            .Handle<Contracts.PostReposted, WhenPostReposted>();
        consume.From("attribution.commerce")
            .Handle<Contracts.CardClicked, WhenCardClicked>()
            .Handle<Contracts.OrderConfirmed, WhenOrderConfirmed>();
    }
}

/// <summary>Stored events: property names as they are, as Marten writes them.</summary>
[JsonSerializable(typeof(ClickRecorded))]
[JsonSerializable(typeof(RepostRecorded))]
[JsonSerializable(typeof(ConversionRecorded))]
[JsonSerializable(typeof(RegistrationRecorded))]
[JsonSerializable(typeof(IdentityJoined))]
[JsonSerializable(typeof(IdentityLeft))]
[JsonSerializable(typeof(IdentitiesMerged))]
[JsonSerializable(typeof(IdentitiesSplit))]
[JsonSerializable(typeof(IdentityErased))]
[JsonSerializable(typeof(PostNoted))]
[JsonSerializable(typeof(PostAwaited))]
[JsonSerializable(typeof(OrderRecorded))]
[JsonSerializable(typeof(CreditStated))]
internal sealed partial class AttributionEventJson : JsonSerializerContext;
