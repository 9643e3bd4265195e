using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.CommerceCard.Ordering;

/// <summary>The rows an order owns besides its snapshot.</summary>
internal static class OrderRows
{
    private static readonly Table<OrderRow> Rows = new("customer_order", OrderRowJson.Default.OrderRow, "order_id");

    /// <summary>Adds events of an order to a unit of work, with its snapshot and its row.</summary>
    public static UnitOfWork Advance(UnitOfWork work, Loaded<Order?> loaded, params IReadOnlyList<object> events)
    {
        if (events.Count == 0)
            return work;
        var order = events.Aggregate(loaded.State, Order.Fold.Evolve)!;
        return Streams.Orders.Advance(work, loaded, events)
            .With(Rows.Upsert(new OrderRow(order.Id, order.PersonId, order.Status, order.ExpiresAt)));
    }
}

internal sealed record OrderRow(Guid OrderId, Guid PersonId, string Status, DateTimeOffset ExpiresAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OrderRow))]
internal sealed partial class OrderRowJson : JsonSerializerContext;
