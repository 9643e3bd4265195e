using Hutong.CommerceCard.Ladders;
using Hutong.EventStore;
using Hutong.EventStore.Commands;

namespace Hutong.CommerceCard.Products;

/// <summary>What a shop says about a product, in the words of Google's product data specification.</summary>
/// <param name="Title">At most 150 characters.</param>
/// <param name="Description">At most 5,000 characters; empty for none.</param>
/// <param name="Link">The seller's own address of it.</param>
/// <param name="ImageLink">A picture; null for none.</param>
/// <param name="Brand">The maker; null where unknown.</param>
/// <param name="ProductType">The shop's own category; null for none.</param>
/// <param name="Condition"><c>new</c>, <c>refurbished</c> or <c>used</c>.</param>
/// <param name="Availability"><c>in_stock</c>, <c>out_of_stock</c>, <c>preorder</c> or <c>backorder</c>; only the first is sold here.</param>
public sealed record ProductDetails(
    string Title, string Description, string Link, string? ImageLink, string? Brand, string? ProductType,
    string Condition, string Availability);

/// <summary>A shop lists a product for the first time. Stored as <c>product_listed</c>.</summary>
/// <param name="PriceMinor">Its list price in minor units of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217; it never changes.</param>
public sealed record ProductListed(
    string ProductId, Guid ShopId, ProductDetails Details, long PriceMinor, string Currency, DateTimeOffset ListedAt);

/// <summary>The shop says something else about the product. Stored as <c>product_described</c>.</summary>
public sealed record ProductDescribed(ProductDetails Details);

/// <summary>The shop's own price changed. Stored as <c>list_price_changed</c>.</summary>
/// <param name="PriceMinor">The new list price. While a ladder stands the price asked only ever falls.</param>
public sealed record ListPriceChanged(long PriceMinor);

/// <summary>The reposts reached a step of the ladder. Stored as <c>price_dropped</c>.</summary>
/// <param name="PriceMinor">The price asked from now on.</param>
/// <param name="Count">The distinct reposters that brought it there.</param>
public sealed record PriceDropped(long PriceMinor, long Count);

/// <summary>A product: stream <c>product-{id}</c>. What it costs and what is said about it; its stock has a stream of its own.</summary>
/// <param name="Id">The id the shop's feed gives it.</param>
/// <param name="ListPriceMinor">The shop's price without a ladder.</param>
/// <param name="PriceMinor">The price asked now.</param>
/// <param name="Ladder">The repost ladder; null for none.</param>
public sealed record Product(
    string Id, Guid ShopId, ProductDetails Details, long ListPriceMinor, long PriceMinor, string Currency, Ladder? Ladder)
{
    /// <summary>How the stream becomes the state; null until listed.</summary>
    public static Fold<Product?> Fold { get; } = new(null, Evolve);

    /// <summary>Whether the shop sells it at all, whatever the stock.</summary>
    public bool OnSale => Details.Availability == "in_stock";

    private static Product? Evolve(Product? product, object e) => (product, e) switch
    {
        (_, ProductListed l) => new Product(l.ProductId, l.ShopId, l.Details, l.PriceMinor, l.PriceMinor, l.Currency, null),
        (not null, ProductDescribed d) => product with { Details = d.Details },
        (not null, ListPriceChanged c) => product with
        {
            ListPriceMinor = c.PriceMinor,
            // Who reposted was promised that the price never rises again.
            PriceMinor = product.Ladder is null ? c.PriceMinor : Math.Min(product.PriceMinor, c.PriceMinor),
        },
        (not null, LadderPublished p) => product with { Ladder = new Ladder(p.Steps, p.FloorMinor) },
        (not null, PriceDropped d) => product with { PriceMinor = Math.Min(product.PriceMinor, d.PriceMinor) },
        _ => product,
    };

    /// <summary>Decides what a row of the shop's feed changes; no events when it changes nothing.</summary>
    public static Outcome<object[]> Import(
        Product? product, string id, Guid shopId, ProductDetails details, long priceMinor, string currency, DateTimeOffset now)
    {
        if (product is null)
            return new object[] { new ProductListed(id, shopId, details, priceMinor, currency, now) };
        if (product.ShopId != shopId)
            return new Rejection(CommerceProblems.ProductOfAnotherShop);
        if (product.Currency != currency)
            return new Rejection(CommerceProblems.CurrencyChanged);
        var events = new List<object>();
        if (product.Details != details)
            events.Add(new ProductDescribed(details));
        if (product.ListPriceMinor != priceMinor)
            events.Add(new ListPriceChanged(priceMinor));
        return events.ToArray();
    }

    /// <summary>Decides to publish a ladder for the product.</summary>
    public Outcome<LadderPublished> PublishLadder(Guid shopId, Ladder ladder, DateTimeOffset now)
    {
        if (shopId != ShopId)
            return new Rejection(CommerceProblems.ProductOfAnotherShop);
        if (Ladder is not null)
            return new Rejection(CommerceProblems.LadderStands);
        if (ladder.Check(PriceMinor) is { } wrong)
            return wrong;
        return new LadderPublished(ladder.Steps, ladder.FloorMinor, now);
    }

    /// <summary>Decides what the given number of distinct reposters does to the price.</summary>
    /// <returns>Null while no further step is reached.</returns>
    public PriceDropped? Count(long reposters) =>
        Ladder?.PriceAt(reposters) is { } price && price < PriceMinor ? new PriceDropped(price, reposters) : null;
}
