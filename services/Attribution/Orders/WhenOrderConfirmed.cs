using Hutong.Attribution.Crediting;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;

namespace Hutong.Attribution.Orders;

/// <summary>An order to be credited. Stored as <c>order_recorded</c>, the first event of <c>credit-{order id}</c>.</summary>
/// <param name="PersonId">The buyer.</param>
/// <param name="TotalMinor">What was paid, in minor units of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record OrderRecorded(
    Guid OrderId, Guid PersonId, string ProductId, int Quantity, long TotalMinor, string Currency, DateTimeOffset ConfirmedAt);

/// <summary>A paid order is a conversion: its credit is stated at once, from what is known.</summary>
internal sealed class WhenOrderConfirmed(CreditingOrders crediting) : IHandle<OrderConfirmed>
{
    public Task<UnitOfWork> Handle(OrderConfirmed message, Delivery delivery, CancellationToken cancellation) => crediting.Confirm(
        new OrderRecorded(
            message.OrderId, message.PersonId, message.ProductId, message.Quantity, message.TotalMinor, message.Currency, message.ConfirmedAt),
        cancellation);
}
