using Hutong.CommerceCard.Ladders;
using Hutong.CommerceCard.Products;
using Hutong.CommerceCard.Shops;
using Hutong.CommerceCard.Snapshots;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.Web;
using Npgsql;

namespace Hutong.CommerceCard.Cards;

/// <summary>
/// Makes cards from the product, its stock and its reposts. The three streams' snapshots are read in one statement, so
/// they belong to one moment; of two such reads the later one's versions are nowhere lower. Their sum is therefore a
/// version of the card: equal sums are equal cards, and a change makes it grow.
/// </summary>
internal sealed class CardReader(NpgsqlDataSource database, IEventStore store, SiteAddresses sites)
{
    // Must stay one statement: every statement takes its own snapshot of the database.
    private const string ReadSql = """
        select s.stream_id, s.version, s.shape, s.state, r.points, r.as_of
        from snapshot s
        left join shop_reputation r on s.stream_id like 'product-%' and r.shop_id = (s.state ->> 'ShopId')::uuid
        where s.stream_id = any($1)
        """;

    /// <summary>The streams that a card is made from.</summary>
    public static IEnumerable<string> StreamsOf(string productId) =>
        [Streams.Products.StreamOf(productId), Streams.Stocks.StreamOf(productId), Streams.Tallies.StreamOf(productId)];

    public async Task<Card?> Find(string productId, CancellationToken cancellation) =>
        await FindMany([productId], cancellation) is [var card] ? card : null;

    /// <summary>The cards of those products that exist.</summary>
    public async Task<IReadOnlyList<Card>> FindMany(IReadOnlyCollection<string> productIds, CancellationToken cancellation)
    {
        var rows = await Read(productIds, cancellation);
        var cards = new List<Card>(productIds.Count);
        foreach (var id in productIds)
        {
            if (await Load(Streams.Products, id, rows, cancellation) is not { State: { } product } p)
                continue;
            var stock = await Load(Streams.Stocks, id, rows, cancellation);
            var tally = await Load(Streams.Tallies, id, rows, cancellation);
            var reputation = rows[p.StreamId].Reputation;
            cards.Add(Make(product, stock?.State, tally?.State, p.Version + (stock?.Version ?? 0) + (tally?.Version ?? 0), reputation));
        }
        return cards;
    }

    private Card Make(Product product, ProductStock? stock, RepostTally? tally, long version, Reputation? reputation)
    {
        var self = $"{sites.Origin}/cards/{product.Id}";
        return new Card(
            product.Id,
            version,
            product.Details.Title,
            product.Details.Brand,
            Picture(product.Details.ImageLink),
            Price.Of(product.PriceMinor, product.Currency),
            Price.Of(product.ListPriceMinor, product.Currency),
            Availability.Of(product.OnSale ? stock?.Available ?? 0 : 0),
            reputation,
            new Popularity(tally?.Reposts ?? 0, stock?.Orders ?? 0),
            LadderView.Of(product, tally?.Counted ?? 0),
            new CardLinks($"{sites.Shop}/products/{product.Id}", $"{self}.html", $"{self}/live", $"{self}/clicks"));
    }

    /// <summary>
    /// A picture of our own shop, from the public origin: that is where pages with cards may load from.
    /// </summary>
    private string? Picture(string? link) =>
        link is not null && link.StartsWith(sites.Shop + "/products/", StringComparison.OrdinalIgnoreCase)
            ? sites.Origin + link[sites.Shop.Length..]
            : link;

    private async Task<Loaded<TState?>?> Load<TState>(
        SnapshotOf<TState> kind, string id, Dictionary<string, Row> rows, CancellationToken cancellation) where TState : class
    {
        if (!rows.TryGetValue(kind.StreamOf(id), out var row))
            return null;
        return kind.Read(row.StreamId, row.Version, row.Shape, row.State) ?? await kind.Load(database, store, id, cancellation);
    }

    private async Task<Dictionary<string, Row>> Read(IReadOnlyCollection<string> productIds, CancellationToken cancellation)
    {
        var rows = new Dictionary<string, Row>(StringComparer.Ordinal);
        await using var command = database.CreateCommand(ReadSql);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. productIds.SelectMany(StreamsOf)] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var reputation = await reader.IsDBNullAsync(4, cancellation)
                ? null
                : Reputation.Of(reader.GetInt64(4), reader.GetFieldValue<DateTimeOffset>(5));
            var row = new Row(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3), reputation);
            rows.Add(row.StreamId, row);
        }
        return rows;
    }

    private sealed record Row(string StreamId, long Version, int Shape, string State, Reputation? Reputation);
}
