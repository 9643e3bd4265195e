using System.Security.Claims;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.CommerceCard.Ordering;

/// <summary><c>GET /orders</c> and <c>GET /orders/{id}</c>: the caller's own.</summary>
internal static class ReadOrders
{
    public static void Map(IEndpointRouteBuilder orders)
    {
        orders.MapGet("", List);
        orders.MapGet("/{orderId:guid}", Find);
    }

    private static async Task<Results<Ok<OrderPage>, ProblemHttpResult>> List(
        string? before, int? limit, ClaimsPrincipal caller, OrderQueries orders, ProblemTable problems, CancellationToken cancellation)
    {
        var page = await orders.Of(caller.PersonId(), before, limit, cancellation);
        return page.Succeeded ? TypedResults.Ok(page.Value) : problems.Answer(page.Rejection);
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Find(
        Guid orderId, HttpResponse response, ClaimsPrincipal caller, OrderQueries orders, ProblemTable problems,
        CancellationToken cancellation)
    {
        if (await orders.Find(caller.PersonId(), orderId, cancellation) is not { } order)
            return problems.Answer(new Rejection(CommerceProblems.OrderUnknown));
        response.SetETag(order.Version);
        return TypedResults.Ok(order);
    }
}

/// <summary>Reads orders for their buyers.</summary>
internal sealed class OrderQueries(NpgsqlDataSource database, IEventStore store)
{
    private const int DefaultPage = 20;
    private const int MaxPage = 100;

    // Order ids are UUIDv7: their order is the order of placing.
    private const string PageSql = """
        select order_id from customer_order
        where person_id = $1 and order_id < $2
        order by order_id desc
        limit $3
        """;

    /// <summary>One order of a person's; null if it is not theirs: whether it exists is nobody else's business.</summary>
    public async Task<OrderView?> Find(Guid personId, Guid orderId, CancellationToken cancellation)
    {
        var loaded = await Streams.Orders.Load(database, store, orderId.ToString(), cancellation);
        return loaded.State is { } order && order.PersonId == personId ? OrderView.Of(order, loaded.Version) : null;
    }

    /// <summary>A person's orders, newest first.</summary>
    public async Task<Outcome<OrderPage>> Of(Guid personId, string? before, int? limit, CancellationToken cancellation)
    {
        var bound = Guid.AllBitsSet;
        if (before is not null && !Guid.TryParseExact(before, "N", out bound))
            return new Rejection(CommerceProblems.InvalidCursor);
        var size = Math.Clamp(limit ?? DefaultPage, 1, MaxPage);
        var ids = new List<Guid>(size);
        await using (var command = database.CreateCommand(PageSql))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = personId });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = bound });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = size });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                ids.Add(reader.GetGuid(0));
        }
        var loaded = await Streams.Orders.LoadMany(database, store, [.. ids.Select(id => id.ToString())], cancellation);
        return new OrderPage(
            [.. ids.Select(id => loaded[id.ToString()]).Select(o => OrderView.Of(o.State!, o.Version))],
            ids.Count == size ? ids[^1].ToString("N") : null);
    }
}
