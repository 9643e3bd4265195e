using Hutong.CommerceCard.Cards;
using Hutong.EventStore;

namespace Hutong.CommerceCard.Ordering;

/// <summary>An order as its buyer sees it.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Units.</param>
/// <param name="UnitPrice">Locked when the order was placed.</param>
/// <param name="Total">To be paid, or paid.</param>
/// <param name="Status"><c>reserved</c>, <c>confirmed</c> or <c>expired</c>.</param>
/// <param name="ViaPostId">The post or repost that led here; left out for none.</param>
/// <param name="PlacedAt">UTC.</param>
/// <param name="ExpiresAt">Unpaid by then, the order expires, UTC.</param>
/// <param name="ConfirmedAt">UTC; left out before.</param>
/// <param name="RefundedPaymentId">A payment that came too late and went back; left out for none.</param>
/// <param name="Version">Also in <c>ETag</c>.</param>
public sealed record OrderView(
    Guid OrderId, string ProductId, int Quantity, Price UnitPrice, Price Total, string Status, Guid? ViaPostId,
    DateTimeOffset PlacedAt, DateTimeOffset ExpiresAt, DateTimeOffset? ConfirmedAt, Guid? RefundedPaymentId, long Version)
{
    /// <summary>The view of an order at a version.</summary>
    public static OrderView Of(Order order, long version) => new(
        order.Id, order.ProductId, order.Quantity, Price.Of(order.UnitPriceMinor, order.Currency),
        Price.Of(order.TotalMinor, order.Currency), order.Status, order.ViaPostId, order.PlacedAt, order.ExpiresAt,
        order.ConfirmedAt, order.RefundedPaymentId, version);

    /// <summary>The view after events were decided.</summary>
    internal static OrderView After(Loaded<Order?> loaded, IReadOnlyCollection<object> events) =>
        Of(events.Aggregate(loaded.State, Order.Fold.Evolve)!, loaded.Version + events.Count);
}

/// <summary>A page of orders.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">Pass as <c>before</c> for the next page; null on the last.</param>
public sealed record OrderPage(IReadOnlyList<OrderView> Items, string? Next);
