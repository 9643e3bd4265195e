using Hutong.CommerceCard.Cards;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.CommerceCard.Products;

/// <summary>A page of products, as cards.</summary>
/// <param name="Items">In the order of their ids.</param>
/// <param name="Next">Pass as <c>after</c> for the next page; null on the last.</param>
public sealed record ProductPage(IReadOnlyList<Card> Items, string? Next);

/// <summary><c>GET /products</c>: everything on offer, a page at a time.</summary>
internal static class ListProducts
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/products", List);

    private static async Task<Results<Ok<ProductPage>, ProblemHttpResult>> List(
        string? after, int? limit, ProductQueries products, ProblemTable problems, CancellationToken cancellation)
    {
        var page = await products.After(after, limit, cancellation);
        return page.Succeeded ? TypedResults.Ok(page.Value) : problems.Answer(page.Rejection);
    }
}

/// <summary>Reads products for showing.</summary>
internal sealed class ProductQueries(NpgsqlDataSource database, IEventStore store, CardReader cards)
{
    public const int DefaultPage = 24;
    private const int MaxPage = 100;

    // The snapshots of products are a range of stream ids, in the order of their bytes.
    private const string PageSql = """
        select substr(stream_id, 9) from snapshot
        where stream_id > 'product-' || $1 and stream_id < 'product.'
        order by stream_id
        limit $2
        """;

    /// <summary>A product at its version; null for an unknown one.</summary>
    public async Task<Loaded<Product?>?> Find(string productId, CancellationToken cancellation) =>
        await Streams.Products.Load(database, store, productId, cancellation) is { Exists: true } found ? found : null;

    /// <summary>The products after a cursor: the id of the last one seen.</summary>
    public async Task<Outcome<ProductPage>> After(string? after, int? limit, CancellationToken cancellation)
    {
        if (after is not null && !ProductLink.IsId(after))
            return new Rejection(CommerceProblems.InvalidCursor);
        var size = Math.Clamp(limit ?? DefaultPage, 1, MaxPage);
        var ids = new List<string>(size);
        await using (var command = database.CreateCommand(PageSql))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after ?? "" });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = size });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                ids.Add(reader.GetString(0));
        }
        return new ProductPage(await cards.FindMany(ids, cancellation), ids.Count == size ? ids[^1] : null);
    }
}
