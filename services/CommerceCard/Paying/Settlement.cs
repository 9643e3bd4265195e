using Hutong.CommerceCard.Ordering;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Npgsql;

namespace Hutong.CommerceCard.Paying;

/// <summary>
/// Ends an order's reservation one way or the other: sold, declined, or expired and released. Order and stock change in
/// one unit of work at exact versions, so the units of an order leave the stock, or return to it, once.
/// </summary>
internal sealed class Settlement(
    CommandRunner runner, ProductLanes lanes, IPayments payments, NpgsqlDataSource database, IEventStore store, TimeProvider time)
{
    /// <summary>Decides that a charged payment settles the order.</summary>
    public async Task<Decision<OrderView>> Confirm(Guid orderId, Guid paymentId, CancellationToken cancellation)
    {
        var loaded = await Load(orderId, cancellation);
        if (loaded.State is not { } order)
            return new Rejection(CommerceProblems.OrderUnknown);
        var decided = order.Confirm(paymentId, time.GetUtcNow());
        if (!decided.Succeeded)
            return decided.Rejection;
        var work = UnitOfWork.Empty with { Headers = new EventHeaders(Actor: order.PersonId.ToString()) };
        if (decided.Value.Length > 0)
        {
            var stock = await Streams.Stocks.Load(database, store, order.ProductId, cancellation);
            work = Streams.Stocks.Advance(work, stock, new StockSold(order.Id, order.Quantity));
            work = OrderRows.Advance(work, loaded, decided.Value);
        }
        return new Decision<OrderView>(OrderView.After(loaded, decided.Value), work);
    }

    /// <summary>Notes that the provider refused: the order may be paid in another way.</summary>
    public Task Decline(Guid orderId, Guid paymentId, string reason, CancellationToken cancellation) =>
        Change(orderId, order => order.Decline(paymentId, reason, time.GetUtcNow()), cancellation);

    /// <summary>Gives money back that came when the order had expired, or was settled by another payment.</summary>
    public async Task Refund(Guid orderId, Guid paymentId)
    {
        await payments.Refund(paymentId, CancellationToken.None);
        await Change(orderId, order => order.Refund(paymentId, time.GetUtcNow()), CancellationToken.None);
    }

    /// <summary>
    /// Finds out what became of a payment that was begun and of which no end is known here: its process may have died.
    /// Should its money come all the same after it was given up, it goes back.
    /// </summary>
    /// <returns>Whether the provider has the money: then the order must not expire, even if it cannot be settled this moment.</returns>
    public async Task<bool> Resolve(Guid orderId, CancellationToken cancellation)
    {
        if ((await Load(orderId, cancellation)).State is not { Status: OrderStatus.Reserved, PaymentId: { } paymentId } order)
            return false;
        switch (await payments.Find(paymentId, cancellation))
        {
            case { Result: PaymentResult.Charged }:
                await lanes.Run(
                    order.ProductId,
                    () => runner.Run(token => Confirm(orderId, paymentId, token), cancellation),
                    cancellation);
                return true;
            case { } declined:
                await Decline(orderId, paymentId, declined.Reason ?? "declined", cancellation);
                return false;
            case null when order.HasGivenUpPayment(time.GetUtcNow()):
                await Decline(orderId, paymentId, "given_up", cancellation);
                return false;
            default:
                return false;
        }
    }

    /// <summary>
    /// Ends a reservation whose time is up. With a payment under way the provider is asked what became of it: money
    /// that is ours settles the order.
    /// </summary>
    public async Task Expire(Guid orderId, CancellationToken cancellation)
    {
        if (await Resolve(orderId, cancellation)
            || (await Load(orderId, cancellation)).State is not { Status: OrderStatus.Reserved } order)
        {
            return;
        }
        await lanes.Run(
            order.ProductId,
            () => runner.Run(token => Release(orderId, token), cancellation),
            cancellation);
    }

    private async Task<Decision<bool>> Release(Guid orderId, CancellationToken cancellation)
    {
        var loaded = await Load(orderId, cancellation);
        if (loaded.State?.Expire(time.GetUtcNow()) is not { Length: > 0 } expired)
            return new Decision<bool>(false);
        var order = loaded.State;
        var stock = await Streams.Stocks.Load(database, store, order.ProductId, cancellation);
        var work = Streams.Stocks.Advance(UnitOfWork.Empty, stock, new StockReleased(order.Id, order.Quantity));
        return new Decision<bool>(true, OrderRows.Advance(work, loaded, expired));
    }

    private async Task Change(Guid orderId, Func<Order, object[]> decide, CancellationToken cancellation) =>
        await runner.Run<bool>(
            async token =>
            {
                var loaded = await Load(orderId, token);
                return new Decision<bool>(
                    true, loaded.State is { } order ? OrderRows.Advance(UnitOfWork.Empty, loaded, decide(order)) : null);
            },
            cancellation);

    private Task<Loaded<Order?>> Load(Guid orderId, CancellationToken cancellation) =>
        Streams.Orders.Load(database, store, orderId.ToString(), cancellation);
}
