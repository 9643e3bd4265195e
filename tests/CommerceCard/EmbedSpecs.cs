using System.Net.Http.Json;
using Hutong.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Hutong.CommerceCard.Tests;

/// <summary>A page of another origin with one script tag of ours, in a real browser.</summary>
[Collection(nameof(Market))]
public sealed class EmbedSpecs(Market market) : IAsyncLifetime
{
    private const string Price = "() => document.querySelector('hutong-card').shadowRoot.querySelector('.price')?.textContent";

    private ServiceUnderTest<Program> instance = null!;
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;
    private WebApplication elsewhere = null!;
    private string html = "";

    public async ValueTask InitializeAsync()
    {
        // A third instance: it hears of no order and consumes no message of these tests, and pushes all the same.
        instance = await market.Service.Another(listens: true);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run",
            ],
        });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        elsewhere = builder.Build();
        elsewhere.MapGet("/", (HttpResponse response) =>
        {
            // As strict as a page can be: no inline style, and from elsewhere the card's script and data only.
            var card = instance.Address.GetLeftPart(UriPartial.Authority);
            response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src {card}; connect-src {card}; img-src {card}";
            return TypedResults.Text(html, "text/html; charset=utf-8");
        });
        await elsewhere.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await elsewhere.DisposeAsync();
        await instance.DisposeAsync();
    }

    [Fact]
    public async Task The_price_on_another_sites_page_falls_within_a_second_of_the_ladders_drop()
    {
        var listing = await market.List();
        await market.Service.As(listing.Brand).PublishLadder(listing.ProductId, 80_00, [(1, 90_00)]);
        var root = await Post(market.Social.As(Guid.CreateVersion7()), listing.ProductId);

        var page = await Open(listing.ProductId, "en");
        await page.WaitForFunctionAsync($"() => ({Price})() === '$100.00'");
        await page.EvaluateAsync("""
            () => new MutationObserver(() => {
              const price = document.querySelector('hutong-card').shadowRoot.querySelector('.price').textContent;
              if (price.startsWith('$90.00')) window.droppedAt ??= Date.now();
            }).observe(document.querySelector('hutong-card').shadowRoot, { subtree: true, childList: true, characterData: true })
            """);

        (await market.Social.As(Guid.CreateVersion7()).Send($"/feed/posts/{root}/reposts", null)).EnsureSuccessStatusCode();
        await page.WaitForFunctionAsync("() => window.droppedAt");
        var shown = DateTimeOffset.FromUnixTimeMilliseconds(await page.EvaluateAsync<long>("() => window.droppedAt"));
        (shown - await DroppedAt(listing.ProductId)).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_card_is_text_in_the_pages_language_and_its_button_is_reached_by_keyboard()
    {
        var id = $"x-{Guid.NewGuid():N}";
        await market.Service.As(Guid.CreateVersion7()).Import(Feeds.Of(Feeds.Row(id, title: "<img src=x onerror=alert(1)>书桌")));
        var via = Guid.CreateVersion7();
        var page = await Open(id, "zh-CN", via);
        await page.WaitForFunctionAsync($"() => ({Price})() === 'US$100.00'");
        (await page.Locator("hutong-card .title").TextContentAsync()).ShouldBe("<img src=x onerror=alert(1)>书桌");

        await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string>("() => document.activeElement.shadowRoot.activeElement.textContent")).ShouldBe("去购买");
        (await page.Locator("hutong-card .buy").GetAttributeAsync("href")).ShouldBe($"http://shop.localhost:8080/products/{id}?via={via}");

        // The shop itself is not there; what counts is that the click is.
        await page.RouteAsync("http://shop.localhost:8080/**", route => route.FulfillAsync(new RouteFulfillOptions { Body = "the shop" }));
        await page.Keyboard.PressAsync("Enter");
        await Eventually.Passes(async () => (await Clicks(id)).ShouldBe([$"embed {via}"]));
    }

    [Fact]
    public async Task Without_a_card_there_is_still_the_link()
    {
        var page = await Open("no-such-desk", "en");
        (await page.Locator("hutong-card a").TextContentAsync()).ShouldBe("the desk");
        (await page.Locator("hutong-card a").IsVisibleAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Many_cards_of_a_page_share_one_stream()
    {
        var listings = new List<Listing>();
        for (var i = 0; i < 8; i++)
            listings.Add(await market.List(quantity: 5));
        html = Html("en", string.Concat(listings.Select(l => $"<hutong-card product=\"{l.ProductId}\"></hutong-card>")));
        var page = await browser.NewPageAsync();
        var streams = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.Url.Contains("/live", StringComparison.Ordinal))
                streams.Add(request.Url);
        };
        await page.GotoAsync(elsewhere.Urls.First());
        await page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('hutong-card')].every(c => c.shadowRoot.querySelector('.price')?.textContent === '$100.00')");
        await market.Other.As(listings[7].Brand).Import(Feeds.Of(Feeds.Row(listings[7].ProductId, price: "77.00 USD", quantity: "5")));
        await page.WaitForFunctionAsync(
            "() => document.querySelectorAll('hutong-card')[7].shadowRoot.querySelector('.price')?.textContent === '$77.00'");
        streams.Count.ShouldBe(1);
    }

    private async Task<IPage> Open(string productId, string language, Guid? via = null)
    {
        html = Html(language, $"<hutong-card product=\"{productId}\" via=\"{via}\"><a href=\"/desk\">the desk</a></hutong-card>");
        var page = await browser.NewPageAsync();
        await page.GotoAsync(elsewhere.Urls.First());
        return page;
    }

    private string Html(string language, string body) => $"""
        <!DOCTYPE html>
        <html lang="{language}"><head><meta charset="utf-8"><title>Elsewhere</title>
        <script async src="{instance.Address}embed/card.js"></script></head>
        <body>{body}</body></html>
        """;

    private static async Task<Guid> Post(HttpClient author, string productId)
    {
        var response = await author.Send("/feed/posts", JsonContent.Create(new { text = $"http://shop.localhost:8080/products/{productId}" }));
        return (await response.EnsureSuccessStatusCode().Json()).GetProperty("postId").GetGuid();
    }

    private async Task<DateTimeOffset> DroppedAt(string productId)
    {
        await using var command = market.Service.Database.CreateCommand(
            "select timestamp from mt_events where stream_id = $1 and type = 'price_dropped'");
        command.Parameters.AddWithValue($"product-{productId}");
        return (DateTime)(await command.ExecuteScalarAsync())!;
    }

    private async Task<List<string>> Clicks(string productId)
    {
        var clicks = new List<string>();
        await using var command = market.Service.Database.CreateCommand(
            "select data->>'Channel' || ' ' || (data->>'ViaPostId') from mt_events where type = 'card_clicked' and data->>'ProductId' = $1");
        command.Parameters.AddWithValue(productId);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            clicks.Add(reader.GetString(0));
        return clicks;
    }
}
