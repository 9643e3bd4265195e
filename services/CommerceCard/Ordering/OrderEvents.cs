namespace Hutong.CommerceCard.Ordering;

/// <summary>Somebody ordered: units are reserved and the price is locked. Stored as <c>order_placed</c>.</summary>
/// <param name="PersonId">The buyer.</param>
/// <param name="UnitPriceMinor">What one unit costs in this order, whatever becomes of the product's price.</param>
/// <param name="ViaPostId">The post or repost that led here; null for none.</param>
/// <param name="ExpiresAt">Unpaid by then, the order expires and its units are released.</param>
public sealed record OrderPlaced(
    Guid OrderId, Guid PersonId, string ProductId, Guid ShopId, int Quantity, long UnitPriceMinor, string Currency,
    Guid? ViaPostId, DateTimeOffset PlacedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// The provider is about to be asked for the money. Written before the call, so that a crash in between leaves a trace
/// and the provider is asked what became of it. Stored as <c>payment_started</c>.
/// </summary>
public sealed record PaymentStarted(Guid PaymentId, DateTimeOffset StartedAt);

/// <summary>The provider refused; the order may be paid in another way. Stored as <c>payment_declined</c>.</summary>
/// <param name="Reason">The provider's code.</param>
public sealed record PaymentDeclined(Guid PaymentId, string Reason, DateTimeOffset DeclinedAt);

/// <summary>The order is paid and settled. Stored as <c>order_confirmed</c>.</summary>
public sealed record OrderConfirmed(
    Guid OrderId, Guid PersonId, string ProductId, Guid ShopId, int Quantity, long TotalMinor, string Currency,
    Guid PaymentId, DateTimeOffset ConfirmedAt);

/// <summary>The order was not paid in time. Stored as <c>order_expired</c>.</summary>
public sealed record OrderExpired(DateTimeOffset ExpiredAt);

/// <summary>Money came for an order that had expired, or was paid already, and went back. Stored as <c>payment_refunded</c>.</summary>
public sealed record PaymentRefunded(Guid PaymentId, long AmountMinor, DateTimeOffset RefundedAt);
