using System.Text.Json.Serialization;
using Hutong.CommerceCard.Cards;
using Hutong.CommerceCard.Ladders;
using Hutong.CommerceCard.Ordering;
using Hutong.CommerceCard.Products;
using Hutong.CommerceCard.Shops;
using Hutong.CommerceCard.Snapshots;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.Messaging.Publishing;

namespace Hutong.CommerceCard;

/// <summary>The stored names of Commerce-Card's events, and which of them the other services hear of.</summary>
internal static class CommerceEvents
{
    public const string ShopOpenedName = "shop_opened";
    public const string OrderConfirmedName = "order_confirmed";

    public static EventTypes Types { get; } = new EventTypes()
        .Map(ShopOpenedName, CommerceEventJson.Default.ShopOpened)
        .Map("product_listed", CommerceEventJson.Default.ProductListed)
        .Map("product_described", CommerceEventJson.Default.ProductDescribed)
        .Map("list_price_changed", CommerceEventJson.Default.ListPriceChanged)
        .Map("ladder_published", CommerceEventJson.Default.LadderPublished)
        .Map("price_dropped", CommerceEventJson.Default.PriceDropped)
        .Map("product_posted", CommerceEventJson.Default.ProductPosted)
        .Map("repost_counted", CommerceEventJson.Default.RepostCounted)
        .Map("repost_not_counted", CommerceEventJson.Default.RepostNotCounted)
        .Map("stock_counted", CommerceEventJson.Default.StockCounted)
        .Map("stock_reserved", CommerceEventJson.Default.StockReserved)
        .Map("stock_released", CommerceEventJson.Default.StockReleased)
        .Map("stock_sold", CommerceEventJson.Default.StockSold)
        .Map("order_placed", CommerceEventJson.Default.OrderPlaced)
        .Map("payment_started", CommerceEventJson.Default.PaymentStarted)
        .Map("payment_declined", CommerceEventJson.Default.PaymentDeclined)
        .Map(OrderConfirmedName, CommerceEventJson.Default.OrderConfirmed)
        .Map("order_expired", CommerceEventJson.Default.OrderExpired)
        .Map("payment_refunded", CommerceEventJson.Default.PaymentRefunded)
        .Map("card_clicked", CommerceEventJson.Default.CardClicked);

    public static void Publish(PublishedEvents publish) => publish
        .On<CardClicked, Contracts.CardClicked>((e, _) =>
            new(e.ClickId, e.PersonId, e.ProductId, e.ViaPostId, e.Channel, e.ClickedAt))
        .On<OrderConfirmed, Contracts.OrderConfirmed>((e, _) =>
            new(e.OrderId, e.PersonId, e.ProductId, e.Quantity, e.TotalMinor, e.Currency, e.ConfirmedAt));
}

/// <summary>The kinds of streams that are decided from their snapshots.</summary>
internal static class Streams
{
    public static SnapshotOf<Product> Products { get; } = new("product-", 1, Product.Fold, CommerceStateJson.Default.Product);

    public static SnapshotOf<ProductStock> Stocks { get; } = new("stock-", 1, ProductStock.Fold, CommerceStateJson.Default.ProductStock);

    public static SnapshotOf<RepostTally> Tallies { get; } = new("ladder-", 1, RepostTally.Fold, CommerceStateJson.Default.RepostTally);

    public static SnapshotOf<Order> Orders { get; } = new("order-", 2, Order.Fold, CommerceStateJson.Default.Order);
}

/// <summary>Stored events: property names as they are, as Marten writes them.</summary>
[JsonSerializable(typeof(ShopOpened))]
[JsonSerializable(typeof(ProductListed))]
[JsonSerializable(typeof(ProductDescribed))]
[JsonSerializable(typeof(ListPriceChanged))]
[JsonSerializable(typeof(LadderPublished))]
[JsonSerializable(typeof(PriceDropped))]
[JsonSerializable(typeof(ProductPosted))]
[JsonSerializable(typeof(RepostCounted))]
[JsonSerializable(typeof(RepostNotCounted))]
[JsonSerializable(typeof(StockCounted))]
[JsonSerializable(typeof(StockReserved))]
[JsonSerializable(typeof(StockReleased))]
[JsonSerializable(typeof(StockSold))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(PaymentStarted))]
[JsonSerializable(typeof(PaymentDeclined))]
[JsonSerializable(typeof(OrderConfirmed))]
[JsonSerializable(typeof(OrderExpired))]
[JsonSerializable(typeof(PaymentRefunded))]
[JsonSerializable(typeof(CardClicked))]
internal sealed partial class CommerceEventJson : JsonSerializerContext;

/// <summary>The states in snapshots. A changed shape needs a higher number in <see cref="Streams"/>.</summary>
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(ProductStock))]
[JsonSerializable(typeof(RepostTally))]
[JsonSerializable(typeof(Order))]
internal sealed partial class CommerceStateJson : JsonSerializerContext;

/// <summary>The API's answers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Card))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(Catalogue.ImportReport))]
[JsonSerializable(typeof(LadderView))]
internal sealed partial class CommerceJson : JsonSerializerContext;
