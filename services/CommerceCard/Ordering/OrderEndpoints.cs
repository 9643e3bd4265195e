using Hutong.CommerceCard.Paying;

namespace Hutong.CommerceCard.Ordering;

/// <summary>Everything under <c>/orders</c>: the caller's own orders.</summary>
internal static class OrderEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders").RequireAuthorization();
        PlaceOrder.Map(orders);
        PayOrder.Map(orders);
        ReadOrders.Map(orders);
    }
}
