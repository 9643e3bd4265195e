using Hutong.EventStore;
using Hutong.EventStore.Commands;

namespace Hutong.CommerceCard.Stock;

/// <summary>The shop counted its stock. Stored as <c>stock_counted</c>.</summary>
/// <param name="Quantity">Units on hand, those reserved included.</param>
public sealed record StockCounted(int Quantity, DateTimeOffset CountedAt);

/// <summary>Units are held for an order until it is paid. Stored as <c>stock_reserved</c>.</summary>
public sealed record StockReserved(Guid OrderId, int Quantity, DateTimeOffset ExpiresAt);

/// <summary>Units of an unpaid order can be sold again. Stored as <c>stock_released</c>.</summary>
public sealed record StockReleased(Guid OrderId, int Quantity);

/// <summary>Reserved units were paid for and leave the stock. Stored as <c>stock_sold</c>.</summary>
public sealed record StockSold(Guid OrderId, int Quantity);

/// <summary>
/// The stock of one product: stream <c>stock-{product id}</c>. It is a stream of its own so that buyers compete with
/// buyers of the same product only: neither an import nor a repost nor a price drop makes a buyer's reservation wait or
/// fail. Whether an order still holds its units is the order's own state; a unit of work always writes both streams at
/// exact versions, so three numbers suffice here and nothing is sold twice.
/// </summary>
/// <param name="Counted">What the shop last counted; tells a new count from the old one imported again.</param>
/// <param name="OnHand">Units not yet sold, those reserved included.</param>
/// <param name="Reserved">Units held for unpaid orders.</param>
/// <param name="Orders">Orders confirmed.</param>
public sealed record ProductStock(int Counted, int OnHand, int Reserved, long Orders)
{
    /// <summary>How the stream becomes the state; null until counted.</summary>
    public static Fold<ProductStock?> Fold { get; } = new(null, (stock, e) => Evolve(stock ?? new ProductStock(0, 0, 0, 0), e));

    /// <summary>What can be reserved now. A count below what is reserved leaves nothing, and takes nothing from anybody.</summary>
    public int Available => Math.Max(0, OnHand - Reserved);

    private static ProductStock Evolve(ProductStock stock, object e) => e switch
    {
        StockCounted c => stock with { Counted = c.Quantity, OnHand = c.Quantity },
        StockReserved r => stock with { Reserved = stock.Reserved + r.Quantity },
        StockReleased r => stock with { Reserved = stock.Reserved - r.Quantity },
        StockSold s => stock with
        {
            OnHand = stock.OnHand - s.Quantity,
            Reserved = stock.Reserved - s.Quantity,
            Orders = stock.Orders + 1,
        },
        _ => stock,
    };

    /// <summary>Decides on a count from the shop's feed; no event when it is the count we know.</summary>
    public static IReadOnlyList<object> Count(ProductStock? stock, int quantity, DateTimeOffset now) =>
        stock?.Counted == quantity ? [] : [new StockCounted(quantity, now)];

    /// <summary>Decides to hold units for an order.</summary>
    public static Outcome<StockReserved> Reserve(ProductStock? stock, Guid orderId, int quantity, DateTimeOffset until) =>
        quantity <= (stock?.Available ?? 0)
            ? new StockReserved(orderId, quantity, until)
            : new Rejection(CommerceProblems.SoldOut);
}
