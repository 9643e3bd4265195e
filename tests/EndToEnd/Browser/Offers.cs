using Hutong.EndToEnd.Tests.Fixtures;
using Npgsql;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>A product the brand put on offer: 100 dollars, 90 after one repost, 80 after two.</summary>
internal sealed record Offer(string ProductId, string Title)
{
    public const string Price = "$100.00";
    public const string PriceAfterOne = "$90.00";
    public const string PriceAfterTwo = "$80.00";
}

/// <summary>What Chen, the brand, does beforehand, with the calls a console of hers would make.</summary>
internal static class Offers
{
    // Runs in a page of the site, so it has her session there and the site's own origin.
    private const string Call = """
        async ([path, type, body]) => {
          const answer = await fetch(path, {
            method: 'POST', body, headers: { 'Content-Type': type, 'Idempotency-Key': crypto.randomUUID(), Accept: 'application/json' },
          });
          return `${answer.status} ${await answer.text()}`;
        }
        """;

    /// <summary>Lists a product and publishes a ladder for it.</summary>
    public static async Task<Offer> List(this Window chen, RunningSystem system, string title = "Birch desk", int units = 20)
    {
        var id = $"e2e-{Guid.NewGuid():N}";
        var address = new Uri(system.Addresses.Shop, $"/products/{id}");
        string[] names = ["id", "title", "description", "link", "image_link", "availability", "price", "condition", "quantity"];
        string[] values = [id, title, $"{title}. A desk.", $"{address}", $"{address}/picture.svg", "in_stock", "100.00 USD", "new", $"{units}"];
        await chen.Go(system.Addresses.Social);
        (await chen.Post("/catalogue/import", "text/tab-separated-values", $"{string.Join('\t', names)}\n{string.Join('\t', values)}\n"))
            .ShouldContain("\"imported\":1");
        var ladder = $$"""
            {"productId":"{{id}}","steps":[{"reposts":1,"priceMinor":9000},{"reposts":2,"priceMinor":8000}],"floorMinor":5000}
            """;
        (await chen.Post("/ladders", "application/json", ladder)).ShouldStartWith("201");
        return new Offer(id, title);
    }

    /// <summary>Lists a product and posts its link.</summary>
    /// <returns>The product and its post's address.</returns>
    public static async Task<(Offer Offer, Uri Post)> Post(this Window chen, RunningSystem system, string title = "Birch desk")
    {
        var offer = await chen.List(system, title);
        await chen.Publish($"转发越多越便宜 {new Uri(system.Addresses.Shop, $"/products/{offer.ProductId}")}");
        return (offer, chen.Address);
    }

    /// <summary>Presses "repost" on a post.</summary>
    public static async Task Repost(this Window window, Uri post)
    {
        await window.Page.GotoAsync(post.AbsoluteUri);
        await window.Button(window.Words.Repost).ClickAsync();
        await window.Page.WaitForURLAsync(address => address != post.AbsoluteUri);
    }

    /// <summary>When each drop of the price was committed, by the database's clock, which is this machine's.</summary>
    public static async Task<IReadOnlyList<DateTimeOffset>> Drops(this Offer offer, RunningSystem system)
    {
        const string Sql = "select timestamp from mt_events where stream_id = $1 and type = 'price_dropped' order by version";
        await using var database = new NpgsqlConnection(system.Deployment.Databases["commerce_card"]);
        await database.OpenAsync();
        await using var command = new NpgsqlCommand(Sql, database) { Parameters = { new() { Value = $"product-{offer.ProductId}" } } };
        await using var reader = await command.ExecuteReaderAsync();
        var drops = new List<DateTimeOffset>();
        while (await reader.ReadAsync())
            drops.Add(reader.GetFieldValue<DateTimeOffset>(0));
        return drops;
    }

    private static Task<string> Post(this Window window, string path, string type, string body) =>
        window.Page.EvaluateAsync<string>(Call, new[] { path, type, body });
}
