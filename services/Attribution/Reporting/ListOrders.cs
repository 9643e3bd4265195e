using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.Attribution.Reporting;

/// <summary><c>GET /attribution/orders</c>: the orders, newest first, each to be explained by its own address. For any signed-in caller.</summary>
internal static class ListOrders
{
    public static void Map(IEndpointRouteBuilder attribution) => attribution.MapGet("/orders", List);

    private static async Task<Results<Ok<OrderPage>, ProblemHttpResult>> List(
        string? before, int? limit, OrderQueries orders, ProblemTable problems, CancellationToken cancellation)
    {
        var page = await orders.Latest(before, limit, cancellation);
        return page.Succeeded ? TypedResults.Ok(page.Value) : problems.Answer(page.Rejection);
    }
}

/// <summary>Reads the list of orders.</summary>
internal sealed class OrderQueries(NpgsqlDataSource database)
{
    // Order ids are UUIDv7: their order is the order of ordering.
    private const string LatestSql = """
        select o.order_id, o.product_id, o.quantity, o.total_minor, o.currency, o.confirmed_at, o.statement, coalesce(l.credit_minor, 0)
        from credited_order o
        left join credit_line l on l.order_id = o.order_id and l.model = 'linear' and l.axis = 'post' and l.target = ''
        where o.order_id < $1
        order by o.order_id desc
        limit $2
        """;

    public async Task<Outcome<OrderPage>> Latest(string? before, int? limit, CancellationToken cancellation)
    {
        var bound = Guid.AllBitsSet;
        if (before is not null && !Guid.TryParseExact(before, "N", out bound))
            return new Rejection(AttributionProblems.InvalidCursor);
        var size = PageBounds.Size(limit);
        var orders = await database.Rows(LatestSql, [bound, size], Order, cancellation);
        return new OrderPage(orders, orders.Count == size ? orders[^1].OrderId.ToString("N") : null);
    }

    private static OrderLine Order(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetString(1), r.GetInt32(2), r.GetInt64(3), r.GetString(4), r.GetFieldValue<DateTimeOffset>(5), r.GetInt32(6), r.GetInt64(7));
}
