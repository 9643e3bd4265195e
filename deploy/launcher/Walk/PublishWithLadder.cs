using System.Net.Http.Headers;
using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>
/// Step 4: the brand has a catalogue, opens a repost ladder on a product and posts its link; the post shows a card.
/// </summary>
internal static class PublishWithLadder
{
    private const int Products = 1_894;
    private const long LeastPrice = 2_000;
    private const int LeastStock = 5;

    public static async Task<Offer> Take(
        Visitor chen, ICatalogue catalogue, Addresses addresses, Report report, CancellationToken cancellation)
    {
        await SignIn(chen, addresses, cancellation);
        report.Did("Chen, the brand, signed in to the brand console with Weibo");
        var product = await FreshProduct(chen, catalogue, addresses, report, cancellation);
        await OpenLadder(chen, product, addresses, cancellation);
        report.Did($"opened a ladder on {product.ProductId} ({product.Price}): 1 repost takes off 10 %, 2 take off 20 %");

        var link = new Uri(addresses.Shop, $"/products/{product.ProductId}");
        var social = await chen.Open(addresses.Social, "/", cancellation);
        var entries = new Dictionary<string, string> { ["text"] = $"转发越多越便宜 {link}" };
        var post = (await social.Submit(social.FormTo("/posts"), entries, null, cancellation)).MustBeThere();
        var trace = chen.Browser.LastTrace;
        var postId = IdAtTheEnd(post.Address, "/posts/");
        report.Did($"posted its link: {post.Address}");
        Check.That(post.Body.Contains($"""<hutong-card product="{product.ProductId}" """, StringComparison.Ordinal),
            "The post does not show its product's card.");

        // What the card on the post shows is what it reads here.
        var card = await Check.Until(
            () => chen.Card(addresses.Social, product.ProductId, cancellation),
            card => card.Reputation is not null && card.Ladder is not null,
            "The card had no reputation and ladder", cancellation);
        Check.That(card.Title.Length > 0 && card.Links.Buy == link, $"The card's title or 'go buy' is wrong: {card}.");
        report.Proved(
            $"the post's card: “{card.Title}”, {card.Price}, reputation {card.Reputation!.Rank} ({card.Reputation.Points}), " +
            $"{card.Popularity.Reposts} reposts and {card.Popularity.Orders} orders, go buy at {card.Links.Buy}");
        report.Trace(trace);
        return new Offer(postId, card);
    }

    public static Guid IdAtTheEnd(Uri address, string path)
    {
        Check.That(address.AbsolutePath.StartsWith(path, StringComparison.Ordinal)
            && Guid.TryParse(address.AbsolutePath[path.Length..], out _),
            $"The browser was to be at {path}…, and is at {address.AbsolutePath}.");
        return Guid.Parse(address.AbsolutePath[path.Length..]);
    }

    private static async Task SignIn(Visitor chen, Addresses addresses, CancellationToken cancellation)
    {
        await chen.SignIn(addresses.Brand, "weibo", cancellation);
        await chen.Me(addresses.Brand, cancellation);
    }

    /// <summary>One nobody has promised a ladder for, so that the walk can be walked again on the same data.</summary>
    private static async Task<Card> FreshProduct(
        Visitor chen, ICatalogue catalogue, Addresses addresses, Report report, CancellationToken cancellation)
    {
        var products = await All(chen, addresses, cancellation);
        if (products.Count < Products)
        {
            var imported = await Import(chen, await catalogue.Feed(cancellation), addresses, cancellation);
            report.Did($"imported the catalogue: {imported.Imported} products, {imported.Changed} changed");
            products = await All(chen, addresses, cancellation);
        }
        Check.That(products.Count >= Products, $"The shop has {products.Count} products, not {Products}.");
        report.Proved($"the shop offers {products.Count} products");
        return products.FirstOrDefault(card =>
                card.Ladder is null && card.Price.Minor >= LeastPrice && card.Availability.Units >= LeastStock)
            ?? throw new WalkException("Every product has a ladder by now: start once with --fresh.");
    }

    private static async Task<List<Card>> All(Visitor visitor, Addresses addresses, CancellationToken cancellation)
    {
        var all = new List<Card>();
        string? after = null;
        do
        {
            var query = after is null ? "" : $"&after={Uri.EscapeDataString(after)}";
            var page = await visitor.Browser.Call<ProductPage>(
                HttpMethod.Get, new Uri(addresses.Brand, $"/products?limit=100{query}"), null, cancellation);
            all.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    private static async Task<ImportReport> Import(
        Visitor chen, byte[] feed, Addresses addresses, CancellationToken cancellation)
    {
        using var body = new ByteArrayContent(feed);
        body.Headers.ContentType = new MediaTypeHeaderValue("text/tab-separated-values") { CharSet = "utf-8" };
        var imported = await chen.Browser.Call<ImportReport>(
            HttpMethod.Post, new Uri(addresses.Brand, "/catalogue/import"), body, cancellation, Key());
        Check.That(imported.RejectedTotal == 0, $"The import rejected {imported.RejectedTotal} lines.");
        return imported;
    }

    private static async Task OpenLadder(Visitor chen, Card product, Addresses addresses, CancellationToken cancellation)
    {
        var price = product.Price.Minor;
        var ladder = new
        {
            product.ProductId,
            Steps = new[]
            {
                new { Reposts = 1, PriceMinor = price * 9 / 10 },
                new { Reposts = 2, PriceMinor = price * 8 / 10 },
            },
            FloorMinor = price / 2,
        };
        await chen.Browser.Call<Card.Steps>(
            HttpMethod.Post, new Uri(addresses.Brand, "/ladders"), ladder, cancellation, Key());
    }

    /// <summary>For a request that is made once.</summary>
    public static KeyValuePair<string, string> Key() => new("Idempotency-Key", Guid.CreateVersion7().ToString());
}

/// <summary>What the brand put before its readers.</summary>
/// <param name="PostId">The post.</param>
/// <param name="Card">Its card at the beginning.</param>
internal sealed record Offer(Guid PostId, Card Card);
