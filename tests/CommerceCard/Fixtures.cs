extern alias social;

using System.Diagnostics;
using Hutong.Testing;

[assembly: AssemblyFixture(typeof(Servers))]
[assembly: AssemblyFixture(typeof(InternalTokens))]

namespace Hutong.CommerceCard.Tests;

/// <summary>
/// Two instances of Commerce-Card on one database, and a Social-Feed on the same broker, shared by the tests: each test
/// lists products of its own.
/// </summary>
public sealed class Market(Servers servers, InternalTokens tokens) : IAsyncLifetime
{
    public ServiceUnderTest<Program> Service { get; private set; } = null!;

    public ServiceUnderTest<Program> Other { get; private set; } = null!;

    public ServiceUnderTest<social::Program> Social { get; private set; } = null!;

    /// <summary>Either instance: a test that asks again and again meets both.</summary>
    public ServiceUnderTest<Program> Any => Random.Shared.Next(2) == 0 ? Service : Other;

    public async ValueTask InitializeAsync()
    {
        Service = await ServiceUnderTest<Program>.Start(servers, tokens, "commerce-card");
        Other = await Service.Another();
        Social = await ServiceUnderTest<social::Program>.Start(
            servers, tokens, "social-feed", new Dictionary<string, string?>
            {
                ["ConnectionStrings:Broker"] = Service.Settings["ConnectionStrings:Broker"],
            });
    }

    /// <summary>A brand with one product of its own on offer.</summary>
    public async Task<Listing> List(int quantity = 10, string price = "100.00 USD")
    {
        var listing = new Listing(Guid.CreateVersion7(), $"desk-{Guid.CreateVersion7():N}");
        (await Service.As(listing.Brand).Import(Feeds.Of(Feeds.Row(listing.ProductId, price: price, quantity: $"{quantity}"))))
            .EnsureSuccessStatusCode();
        return listing;
    }

    public async ValueTask DisposeAsync()
    {
        await Social.DisposeAsync();
        await Other.DisposeAsync();
        await Service.DisposeAsync();
    }
}

/// <summary>A product and who sells it.</summary>
public sealed record Listing(Guid Brand, string ProductId);

[CollectionDefinition(nameof(Market))]
public sealed class MarketCollection : ICollectionFixture<Market>;

/// <summary>Product feeds.</summary>
internal static class Feeds
{
    public const string Header = "id\ttitle\tlink\tprice\tavailability\tquantity";

    public static string Row(
        string id, string title = "书桌 Desk", string link = "http://shop.localhost:8080/products/x",
        string price = "100.00 USD", string availability = "in_stock", string quantity = "10") =>
        $"{id}\t{title}\t{link}\t{price}\t{availability}\t{quantity}";

    public static string Of(params string[] rows) => string.Join('\n', [Header, .. rows]) + "\n";

    /// <summary>The demo shop's feed of 1,894 products, derived from a real orders file by <c>deploy/demo/catalogue</c>.</summary>
    public static async Task<string> Demo()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
            folder = folder.Parent!;
        var start = new ProcessStartInfo("node", "feed.js")
        {
            WorkingDirectory = Path.Combine(folder.FullName, "deploy/demo/catalogue"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var feed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"run npm ci in deploy/demo/catalogue first: {await errors}");
        return feed;
    }
}
