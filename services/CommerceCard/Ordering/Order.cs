using Hutong.EventStore;
using Hutong.EventStore.Commands;

namespace Hutong.CommerceCard.Ordering;

/// <summary>How far an order is; also its word in the API.</summary>
public static class OrderStatus
{
    /// <summary>Units are held, waiting for payment.</summary>
    public const string Reserved = "reserved";

    /// <summary>Paid and settled.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>Not paid in time; the units were released.</summary>
    public const string Expired = "expired";
}

/// <summary>An order: stream <c>order-{id}</c>. Reserve, pay, confirm; or expire.</summary>
/// <param name="PaymentId">The payment under way, or the one that settled it; null for none.</param>
/// <param name="PaymentStartedAt">When the payment under way began; null for none.</param>
/// <param name="RefundedPaymentId">A payment that came too late and went back; null for none.</param>
public sealed record Order(
    Guid Id, Guid PersonId, string ProductId, Guid ShopId, int Quantity, long UnitPriceMinor, string Currency,
    Guid? ViaPostId, string Status, DateTimeOffset PlacedAt, DateTimeOffset ExpiresAt,
    Guid? PaymentId = null, DateTimeOffset? PaymentStartedAt = null, DateTimeOffset? ConfirmedAt = null,
    Guid? RefundedPaymentId = null)
{
    /// <summary>A payment that the provider has not heard of for so long was given up by whoever began it.</summary>
    private static readonly TimeSpan PaymentGivenUp = TimeSpan.FromSeconds(30);

    /// <summary>How the stream becomes the state; null until placed.</summary>
    public static Fold<Order?> Fold { get; } = new(null, Evolve);

    /// <summary>What is to be paid, in minor units.</summary>
    public long TotalMinor => UnitPriceMinor * Quantity;

    private static Order? Evolve(Order? order, object e) => (order, e) switch
    {
        (_, OrderPlaced p) => new Order(
            p.OrderId, p.PersonId, p.ProductId, p.ShopId, p.Quantity, p.UnitPriceMinor, p.Currency, p.ViaPostId,
            OrderStatus.Reserved, p.PlacedAt, p.ExpiresAt),
        (not null, PaymentStarted p) => order with { PaymentId = p.PaymentId, PaymentStartedAt = p.StartedAt },
        (not null, PaymentDeclined p) when order.PaymentId == p.PaymentId => order with { PaymentId = null, PaymentStartedAt = null },
        (not null, OrderConfirmed c) => order with
        {
            Status = OrderStatus.Confirmed, PaymentId = c.PaymentId, ConfirmedAt = c.ConfirmedAt,
        },
        (not null, OrderExpired) => order with { Status = OrderStatus.Expired, PaymentId = null },
        (not null, PaymentRefunded r) => order with { RefundedPaymentId = r.PaymentId },
        _ => order,
    };

    /// <summary>Decides to ask the provider for the money. No event when this very payment is under way or done.</summary>
    public Outcome<object[]> StartPayment(Guid paymentId, DateTimeOffset now) => Status switch
    {
        OrderStatus.Confirmed when PaymentId == paymentId => Array.Empty<object>(),
        OrderStatus.Confirmed => new Rejection(CommerceProblems.OrderAlreadyPaid),
        OrderStatus.Expired => new Rejection(CommerceProblems.OrderExpired),
        _ when PaymentId == paymentId => Array.Empty<object>(),
        _ when PaymentId is not null => new Rejection(CommerceProblems.PaymentInProgress),
        _ when now >= ExpiresAt => new Rejection(CommerceProblems.OrderExpired),
        _ => new object[] { new PaymentStarted(paymentId, now) },
    };

    /// <summary>
    /// Decides what a payment that went through does. It settles the order as long as its units are held, even shortly
    /// after the time was up; no event when it has settled it already.
    /// </summary>
    public Outcome<object[]> Confirm(Guid paymentId, DateTimeOffset now) => Status switch
    {
        OrderStatus.Confirmed when PaymentId == paymentId => Array.Empty<object>(),
        OrderStatus.Confirmed => new Rejection(CommerceProblems.OrderAlreadyPaid),
        OrderStatus.Expired => new Rejection(CommerceProblems.OrderExpired),
        _ => new object[]
        {
            new OrderConfirmed(Id, PersonId, ProductId, ShopId, Quantity, TotalMinor, Currency, paymentId, now),
        },
    };

    /// <summary>Decides what a refused payment does; no event when it is no longer the one under way.</summary>
    public object[] Decline(Guid paymentId, string reason, DateTimeOffset now) =>
        Status == OrderStatus.Reserved && PaymentId == paymentId ? [new PaymentDeclined(paymentId, reason, now)] : [];

    /// <summary>Whether the payment under way, unknown to the provider, can be taken for given up.</summary>
    public bool HasGivenUpPayment(DateTimeOffset now) =>
        Status == OrderStatus.Reserved && PaymentStartedAt is { } started && now - started > PaymentGivenUp;

    /// <summary>Decides to expire; no event before its time, or when it is settled.</summary>
    public object[] Expire(DateTimeOffset now) =>
        Status == OrderStatus.Reserved && now >= ExpiresAt ? [new OrderExpired(now)] : [];

    /// <summary>Decides to note the refund of a payment that did not settle the order; no event when it is noted.</summary>
    public object[] Refund(Guid paymentId, DateTimeOffset now) =>
        Status != OrderStatus.Reserved && PaymentId != paymentId && RefundedPaymentId != paymentId
            ? [new PaymentRefunded(paymentId, TotalMinor, now)]
            : [];
}
