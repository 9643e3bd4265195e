using System.Security.Claims;
using System.Text;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.CommerceCard.Ordering;

/// <summary>What to order.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">1 to 100; 1 when left out.</param>
/// <param name="ViaPostId">The post or repost that led here.</param>
public sealed record PlaceOrderRequest(string? ProductId, int? Quantity = null, Guid? ViaPostId = null);

/// <summary><c>POST /orders</c>, with <c>Idempotency-Key</c>: reserves the units and locks the price.</summary>
internal static class PlaceOrder
{
    public static void Map(IEndpointRouteBuilder orders) => orders.MapPost("", Place);

    private static async Task<Results<Created<OrderView>, ProblemHttpResult>> Place(
        PlaceOrderRequest request, HttpContext http, ClaimsPrincipal caller, OrderCommands commands, ProblemTable problems,
        CancellationToken cancellation)
    {
        var key = http.Request.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var outcome = await commands.Place(caller.PersonId(), request, key.Value, cancellation);
        if (!outcome.Succeeded)
            return problems.Answer(outcome.Rejection);
        http.Response.SetETag(outcome.Value.Version);
        return TypedResults.Created($"/orders/{outcome.Value.OrderId}", outcome.Value);
    }
}

/// <summary>Places orders, for the API and the page alike.</summary>
internal sealed class OrderCommands(
    IdempotentCommands commands, NpgsqlDataSource database, IEventStore store, ProductLanes lanes,
    IOptions<OrderingOptions> options, TimeProvider time)
{
    private const int MaxQuantity = 100;

    public async Task<Outcome<OrderView>> Place(
        Guid personId, PlaceOrderRequest request, string key, CancellationToken cancellation)
    {
        var quantity = request.Quantity ?? 1;
        if (quantity is < 1 or > MaxQuantity)
            return new Rejection(CommerceProblems.QuantityInvalid);
        if (request.ProductId is not { Length: > 0 and <= 50 } productId)
            return new Rejection(CommerceProblems.ProductUnknown);

        var idempotent = new IdempotentRequest(
            $"order:{personId}", key, Encoding.UTF8.GetBytes($"{productId}|{quantity}|{request.ViaPostId}"));
        return await lanes.Run(
            productId,
            () => commands.Run(
                idempotent,
                CommerceJson.Default.OrderView,
                token => Decide(personId, productId, quantity, request.ViaPostId, token),
                cancellation),
            cancellation);
    }

    private async Task<Decision<OrderView>> Decide(
        Guid personId, string productId, int quantity, Guid? viaPostId, CancellationToken cancellation)
    {
        var product = await Streams.Products.Load(database, store, productId, cancellation);
        if (product.State is not { } sold)
            return new Rejection(CommerceProblems.ProductUnknown);
        if (!sold.OnSale)
            return new Rejection(CommerceProblems.SoldOut);
        var stock = await Streams.Stocks.Load(database, store, productId, cancellation);

        var orderId = Guid.CreateVersion7();
        var now = time.GetUtcNow();
        var expiresAt = now + options.Value.ReserveFor;
        var reserved = ProductStock.Reserve(stock.State, orderId, quantity, expiresAt);
        if (!reserved.Succeeded)
            return reserved.Rejection;
        var placed = new OrderPlaced(
            orderId, personId, productId, sold.ShopId, quantity, sold.PriceMinor, sold.Currency, viaPostId, now, expiresAt);
        var order = new Loaded<Order?>(Streams.Orders.StreamOf(orderId.ToString()), null, 0);

        var work = UnitOfWork.Empty with { Headers = new EventHeaders(Actor: personId.ToString()) };
        work = Streams.Stocks.Advance(work, stock, reserved.Value);
        work = OrderRows.Advance(work, order, placed);
        return new Decision<OrderView>(OrderView.After(order, [placed]), work);
    }
}
